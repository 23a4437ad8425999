// segment_spread: y[r] = x[s] for the rows r of sequence s: all of them (copy), divided by their number
// (mean), the last alone, or element by element the row that index[s] names (max). Other rows are zero.
// x [sequences, d], rows at a stride; offsets [sequences+1]; index [sequences, d]; y [rows, d].
// Writes rows * d floats; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void segment_spread(const op::SegmentSpread& a, Parallel& p) {
  const int64_t rows = a.y.dim[0], d = a.y.dim[1];
  if (!checkOffsets("segment_spread", a.offsets, rows, p)) return;
  if (a.fn == op::SegmentSpread::kMax && !a.index) return p.fail("segment_spread: fn max needs index");
  if (!checkIndices("segment_spread", "index", a.index, -1, rows, p)) return;
  const Packed packed(a.offsets);
  const bool named = a.fn == op::SegmentSpread::kMax;
  p.chunks(rows, 1 + (1 << 15) / (d + 16), [&](int64_t begin, int64_t end, int) {
    int64_t s = begin < packed.rows() ? packed.holding(begin) : 0;
    for (int64_t row = begin; row < end; ++row) {
      float* y = a.y.f32() + row * d;
      const bool inside = row < packed.rows();
      while (inside && row >= packed.end(s)) ++s;
      if (!inside || s >= a.x.dim[0] || (a.fn == op::SegmentSpread::kLast && row + 1 < packed.end(s))) {
        std::memset(y, 0, static_cast<size_t>(d) * 4);
        continue;
      }
      const bool mean = a.fn == op::SegmentSpread::kMean;
      const vf scale = splat(mean ? 1.0f / static_cast<float>(packed.end(s) - packed.begin(s)) : 1.0f);
      const float* x = a.x.f32() + s * a.x.stride[0];
      for (int64_t j = 0; j < d; j += W) {
        vf value = loadUpTo(x + j, d - j) * scale;
        if (named) {
          const vi from = bitCast<vi>(loadUpTo(a.index.f32() + s * d + j, d - j));
          value = choose(from == splati(static_cast<int32_t>(row)), value, vf{});
        }
        storeUpTo(y + j, value, d - j);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
