// nearest_rows: for each query the k rows with the largest dot products, ties to the lower index.
// queries: [q, d], rows: [n, d] in f32, bf16, f16 or i8 with a scale per row; scores and indices: [q, k].
// Reads the rows once per kQueries queries, as one stream; 2 q n d operations. Bound by memory with few
// queries and by fma with many. Scores live in a tile that stays in cache.
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/row_dots.h"
#include "native/cpu/top.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
constexpr int64_t kQueries = 64, kChunk = 512;

int64_t chunkOf(int64_t n, int workers) {
  const int64_t even = (n / (4 * workers) + kAlone - 1) / kAlone * kAlone;
  return even < kAlone ? kAlone : even > kChunk ? kChunk : even;
}

using DotRowsFn = void (*)(const float* queries, int64_t qStep, int64_t m, const DepthRows& rows,
                           int64_t from, int64_t count, int64_t depth, float* wide, float* scores,
                           int64_t ld);
DotRowsFn dotRowsOf(DType type) {
  switch (type) {
    case DType::f32:
      return dotRows<DType::f32>;
    case DType::bf16:
      return dotRows<DType::bf16>;
    case DType::f16:
      return dotRows<DType::f16>;
    default:
      return dotRows<DType::i8>;
  }
}
}  // namespace

void nearest_rows(const op::NearestRows& a, Parallel& p) {
  const int64_t q = a.queries.dim[0], n = a.rows.dim[0], depth = a.queries.dim[1], k = a.scores.dim[1];
  if (k > n)
    return p.fail("nearest_rows: k is %lld, but there are %lld rows", static_cast<long long>(k),
                  static_cast<long long>(n));
  const DepthRows rows{a.rows.data, a.rows.dtype, a.rows.stride[0]};
  const DotRowsFn dots = dotRowsOf(rows.dtype);
  const int64_t qStep = a.queries.stride[0];
  const int64_t chunk = chunkOf(n, p.workers()), chunks = (n + chunk - 1) / chunk;
  // A heap for each worker and query of a group, filled in whatever order the workers come by.
  const int64_t group = least(q, kQueries), heaps = p.workers() * group;
  uint64_t* heap = static_cast<uint64_t*>(p.shared(static_cast<size_t>(heaps * k) * 8));
  int64_t* size = static_cast<int64_t*>(p.shared(static_cast<size_t>(heaps) * 8));
  if (!heap || !size) return;

  for (int64_t first = 0; first < q && !p.cancelled(); first += kQueries) {
    const int64_t m = least(q - first, kQueries);
    std::memset(size, 0, static_cast<size_t>(heaps) * 8);
    p.chunks(chunks, 1, [&](int64_t begin, int64_t end, int worker) {
      const int64_t wideFloats = (kAlone * depth + W - 1) / W * W;
      float* const wide =
          static_cast<float*>(p.scratch(worker, static_cast<size_t>(wideFloats + m * chunk) * 4));
      if (!wide) return;
      float* const scores = wide + wideFloats;
      for (int64_t at = begin; at < end && !p.cancelled(); ++at) {
        const int64_t from = at * chunk, count = least(n - from, chunk);
        dots(a.queries.f32() + first * qStep, qStep, m, rows, from, count, depth, wide, scores, chunk);
        for (int64_t i = 0; i < m; ++i) {
          float* const score = scores + i * chunk;
          if (a.scales)
            for (int64_t j = 0; j < count; j += W) {
              const vf scale = loadUpTo(a.scales.f32() + from + j, count - j);
              storeUpTo(score + j, loadUpTo(score + j, count - j) * scale, count - j);
            }
          const int64_t own = worker * group + i;
          Best best(heap + own * k, k, size[own]);
          best.scan(score, count, from);
          size[own] = best.size();
        }
      }
    });
    if (p.cancelled()) return;
    p.chunks(m, 1 + 4096 / (k + 1), [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        uint64_t* const merged = heap + i * k;
        Best best(merged, k, size[i]);
        for (int worker = 1; worker < p.workers(); ++worker) {
          const int64_t own = worker * group + i;
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
