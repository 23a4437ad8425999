// segment_pool: y[s] = the sum, mean, last row or elementwise maximum of the rows of sequence s; zeros where
// it is empty.
// x [rows, d], rows at a stride; offsets [sequences+1]; y, index [sequences, d].
// Reads rows * d floats; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/row_sum.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// Of equal values the first row stays.
void maximum(const op::SegmentPool& a, int64_t s, int64_t from, int64_t to, int64_t begin, int64_t end) {
  const int64_t d = a.x.dim[1];
  for (int64_t j = from; j < to; j += W) {
    vf best{};
    vi at = splati(-1);
    for (int64_t row = begin; row < end; ++row) {
      const vf value = loadUpTo(a.x.f32() + row * a.x.stride[0] + j, to - j);
      const vi better = row == begin ? splati(-1) : best < value;
      best = choose(better, value, best);
      at = (better & splati(static_cast<int32_t>(row))) | (~better & at);
    }
    storeUpTo(a.y.f32() + s * d + j, best, to - j);
    if (a.index) storeUpTo(a.index.f32() + s * d + j, bitCast<vf>(at), to - j);
  }
}

}  // namespace

void segment_pool(const op::SegmentPool& a, Parallel& p) {
  const int64_t d = a.x.dim[1], stride = a.x.stride[0], sequences = a.y.dim[0];
  if (!checkOffsets("segment_pool", a.offsets, a.x.dim[0], p)) return;
  const Packed packed(a.offsets);
  // A unit is 256 columns of one sequence: pages and prefetchers stay happy, and long sequences spread out.
  constexpr int64_t kSpan = 256;
  const int64_t spans = (d + kSpan - 1) / kSpan;
  const int64_t length = sequences ? packed.rows() / sequences : 0;
  const bool mean = a.fn == op::SegmentPool::kMean;
  p.chunks(sequences * spans, 1 + 128 / (length + 1), [&](int64_t first, int64_t last, int) {
    for (int64_t unit = first; unit < last; ++unit) {
      const int64_t s = unit / spans, from = unit % spans * kSpan, to = from + kSpan < d ? from + kSpan : d;
      const int64_t begin = packed.begin(s), end = packed.end(s), count = end - begin;
      if (a.fn == op::SegmentPool::kMax) {
        maximum(a, s, from, to, begin, end);
        continue;
      }
      if (a.index) std::memset(a.index.i32() + s * d + from, -1, static_cast<size_t>(to - from) * 4);
      const float* x = a.x.f32() + from;
      float* y = a.y.f32() + s * d + from;
      if (a.fn == op::SegmentPool::kLast)
        sumRows(y, to - from, count > 0, 1.0f, [&](int64_t) { return x + (end - 1) * stride; });
      else
        sumRows(y, to - from, count, mean && count ? 1.0f / static_cast<float>(count) : 1.0f,
                [&](int64_t k) { return x + (begin + k) * stride; });
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
