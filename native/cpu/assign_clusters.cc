// assign_clusters: index[r] = argmin over c of |x[r] - centroids[c]|^2, ties to the lower index, and that
// distance.   x: [rows, d], centroids: [k, d], index and distance: [rows].
// 3 rows k d operations, bound by fma: differences are taken directly, so that distances are exact zeros for
// equal rows and accurate far from the origin.
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kPart = 512;  // centroids at a time

// The least of d[0] ... d[n - 1] against the best so far.
void take(const float* d, int64_t n, int64_t first, float& best, int32_t& index) {
  vi lane;
  for (int i = 0; i < W; ++i) lane[i] = i;
  vf least = splat(INFINITY);
  vi at = splati(-1);
  for (int64_t j = 0; j < n; j += W) {
    const vf v = loadUpTo(d + j, n - j);
    const vi here = lane + static_cast<int32_t>(j);
    const vi better = (v < least) & (here < static_cast<int32_t>(n));
    least = choose(better, v, least);
    at = (better & here) | (~better & at);
  }
  int found = -1;
  for (int i = 0; i < W; ++i)
    if (at[i] >= 0) {
      const bool tied = found >= 0 && least[i] == least[found];
      if (found < 0 || least[i] < least[found] || (tied && at[i] < at[found])) found = i;
    }
  if (found >= 0 && least[found] < best) {
    best = least[found];
    index = static_cast<int32_t>(first) + at[found];
  }
}
}  // namespace

void assign_clusters(const op::AssignClusters& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], k = a.centroids.dim[0], depth = a.x.dim[1];
  const int64_t xStep = a.x.stride[0], cStep = a.centroids.stride[0];
  int64_t step = (rows / (4 * p.workers()) / kRows + 1) * kRows;
  step = step > 8 * kRows ? 8 * kRows : step;
  const int64_t grain = 1 + 100000 / (step * k * depth / W + 1000);
  p.chunks((rows + step - 1) / step, grain, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t chunk = begin; chunk < end && !p.cancelled(); ++chunk) {
      const int64_t i0 = chunk * step, m = rows - i0 < step ? rows - i0 : step;
      const Block whole{0, m, 0, kPart};
      const size_t bytes = blockScratch(whole, depth) + static_cast<size_t>(m * kPart + m) * 4;
      float* const scratch = static_cast<float*>(p.scratch(worker, bytes));
      float* const tile = scratch + blockScratch(whole, depth) / 4;
      float* const first = tile + m * kPart;
      float* const distance = a.distance.f32() + i0;
      int32_t* const index = a.index.i32() + i0;
      for (int64_t j = 0; j < k; j += kPart) {
        const int64_t n = k - j < kPart ? k - j : kPart;
        const Product product{.a = {a.x.f32() + i0 * xStep, DType::f32, false, m, xStep, 1},
                              .b = {a.centroids.f32() + j * cStep, DType::f32, false, n, cStep, 1},
                              .depth = depth,
                              .c = tile,
                              .ldc = kPart,
                              .sum = Sum::squares};
        const Block block{0, m, 0, n};
        multiply(product, block, scratch, p, [](int64_t, int64_t, int64_t) {});
        if (p.cancelled()) return;
        for (int64_t i = 0; i < m; ++i) {
          if (j == 0) {
            first[i] = tile[i * kPart];
            distance[i] = INFINITY;
            index[i] = 0;
          }
          take(tile + i * kPart, n, j, distance[i], index[i]);
        }
      }
      // Where nothing is below infinity (NaN, overflow) the first centroid stands.
      for (int64_t i = 0; i < m; ++i)
        if (distance[i] == INFINITY) distance[i] = first[i];
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
