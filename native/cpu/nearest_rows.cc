// nearest_rows: for each query the k rows with the largest dot products, ties to the lower index.
// queries: [q, d], rows: [n, d] in f32, bf16, f16 or i8 with a scale per row; scores and indices: [q, k].
// Reads the rows once per kQueries queries; 2 q n d operations. Scores live in a tile that stays in cache.
#include "native/cpu/gemm.h"
#include "native/cpu/kernel.h"
#include "native/cpu/top.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kQueries = 64, kChunk = 1024;

int64_t chunkOf(int64_t n, int workers) {
  const int64_t even = (n / (4 * workers) + kCols - 1) / kCols * kCols;
  return even < kCols ? kCols : even > kChunk ? kChunk : even;
}
}  // namespace

void nearest_rows(const op::NearestRows& a, Parallel& p) {
  const int64_t q = a.queries.dim[0], n = a.rows.dim[0], depth = a.queries.dim[1], k = a.scores.dim[1];
  if (k > n)
    return p.fail("nearest_rows: k is %lld, but there are %lld rows", static_cast<long long>(k),
                  static_cast<long long>(n));
  const bool far = n * a.rows.stride[0] * bytesOf(a.rows.dtype) > kFarBytes;
  const int64_t qStep = a.queries.stride[0], step = a.rows.stride[0];
  const int64_t chunk = chunkOf(n, p.workers()), chunks = (n + chunk - 1) / chunk;
  // A heap for each worker and query, filled in whatever order the workers come by.
  const int64_t heaps = p.workers() * kQueries;
  uint64_t* heap = static_cast<uint64_t*>(p.shared(static_cast<size_t>(heaps * k) * 8));
  int64_t* size = static_cast<int64_t*>(p.shared(static_cast<size_t>(heaps) * 8));

  for (int64_t first = 0; first < q && !p.cancelled(); first += kQueries) {
    const int64_t m = q - first < kQueries ? q - first : kQueries;
    std::memset(size, 0, static_cast<size_t>(heaps) * 8);
    p.chunks(chunks, 1, [&](int64_t begin, int64_t end, int worker) {
      for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
        const int64_t from = at * chunk, count = n - from < chunk ? n - from : chunk;
        const Block block{0, m, 0, count};
        float* const scratch = static_cast<float*>(
            p.scratch(worker, blockScratch(block, depth) + static_cast<size_t>(m * count) * 4));
        float* const scores = scratch + blockScratch(block, depth) / 4;
        const Product product{.a = {a.queries.f32() + first * qStep, DType::f32, false, m, qStep, 1},
                              .b = {.data = a.rows.as<char>() + from * step * bytesOf(a.rows.dtype),
                                    .dtype = a.rows.dtype,
                                    .round = false,
                                    .count = count,
                                    .lane = step,
                                    .deep = 1,
                                    .far = far},
                              .depth = depth,
                              .c = scores,
                              .ldc = count};
        multiply(product, block, scratch, p, [&](int64_t i, int64_t j, int64_t cols) {
          float* score = scores + i * count + j;
          if (a.scales)
            for (int64_t v = 0; v < cols; v += W) {
              const vf scale = loadUpTo(a.scales.f32() + from + j + v, cols - v);
              storeUpTo(score + v, loadUpTo(score + v, cols - v) * scale, cols - v);
            }
          const int64_t own = worker * kQueries + i;
          Best best(heap + own * k, k, size[own]);
          best.scan(score, cols, from + j);
          size[own] = best.size();
        });
      }
    });
    if (p.cancelled()) return;
    p.chunks(m, 1 + 4096 / (k + 1), [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        uint64_t* const merged = heap + i * k;
        Best best(merged, k, size[i]);
        for (int worker = 1; worker < p.workers(); ++worker) {
          const int64_t own = worker * kQueries + i;
          for (int64_t c = 0; c < size[own]; ++c) best.offer(heap[own * k + c]);
        }
        best.sort();
        for (int64_t c = 0; c < k; ++c) {
          a.scores.f32()[(first + i) * k + c] = Best::valueOf(merged[c]);
          a.indices.i32()[(first + i) * k + c] = Best::indexOf(merged[c]);
        }
      }
    });
  }
}

}  // namespace vmm::cpu::VMM_ISA
