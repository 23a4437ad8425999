// cross_entropy: loss = logSumExp(z) - (1 - s) * z[target] - s * mean(z) per row, 0 if ignored.
// z (logits): [rows, vocab]; targets, loss: [rows]. One pass over z with a running maximum and sum per lane,
// in blocks, since one long sum loses more with each term: bound by memory for large vocabularies.
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/power.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

// A finite start: the difference of two maxima is then never NaN by itself.
constexpr float kLowest = -3.402823466e38f;

// Vectors of a block; a multiple of the four that are taken together.
constexpr int64_t kBlock = 256;

// Of a row: `sums` and `totals` are those of the blocks that are over.
struct RowState {
  vf max, sum, total, sums, totals;

  // Takes in `count` vectors, read by `next`; one rescaling for all of them, and none by a factor of 1.
  template <int count, class Next>
  VMM_INLINE void take(Next next) {
    vf z[count], top = max;
    for (int u = 0; u < count; ++u) {
      z[u] = next(u);
      top = vmax(top, z[u]);
    }
    if (anyTrue(max != top)) {
      const vf factor = powerOfE(max - top);
      sum *= factor;
      sums *= factor;
    }
    max = top;
    for (int u = 0; u < count; ++u) z[u] -= top;
    vf e[count];
    powersOfE(z, e);
    for (int u = 0; u < count; ++u) sum += e[u];
  }

  VMM_INLINE void endBlock() {
    sums += sum;
    totals += total;
    sum = total = vf{};
  }
};

}  // namespace

void cross_entropy(const op::CrossEntropy& a, Parallel& p) {
  const int64_t rows = a.logits.dim[0], vocab = a.logits.dim[1];
  p.chunks(rows, rowsPerChunk(vocab, 16384), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const int32_t target = a.targets.i32()[row];
      if (target != a.ignoreIndex && (target < 0 || target >= vocab)) {
        p.fail("cross_entropy: targets[%lld] is %d; expected 0 to %lld or %d", static_cast<long long>(row),
               target, static_cast<long long>(vocab - 1), a.ignoreIndex);
        return;
      }
      const float* z = a.logits.f32() + row * a.logits.stride[0];
      RowState state{splat(kLowest), vf{}, vf{}, vf{}, vf{}};
      int64_t i = 0;
      while (i + 4 * W <= vocab) {
        const int64_t stop = least(vocab, i + kBlock * W);
        for (; i + 4 * W <= stop; i += 4 * W) {
          state.template take<4>([&](int u) { return load(z + i + u * W); });
          if (a.labelSmoothing > 0)
            state.total += (load(z + i) + load(z + i + W)) + (load(z + i + 2 * W) + load(z + i + 3 * W));
        }
        state.endBlock();
      }
      for (; i < vocab; i += W) {
        const vf v = loadUpTo(z + i, vocab - i);
        state.total += v;
        state.template take<1>(
            [&](int) { return choose(firstLanes(vocab - i), v, splat(-__builtin_inff())); });
      }
      state.endBlock();
      const float max = hmax(state.max);
      const float sum = hsum(state.sums * powerOfE(state.max - splat(max)));
      const float log = vlog(splat(sum))[0];
      if (a.logSumExp) a.logSumExp.f32()[row] = max + log;
      float loss = 0;
      if (target != a.ignoreIndex) {
        // Differences from the maximum first: a small loss must not drown in large logits.
        loss = log + (1 - a.labelSmoothing) * (max - z[target]);
        if (a.labelSmoothing > 0)
          loss += a.labelSmoothing * (max - hsum(state.totals) / static_cast<float>(vocab));
      }
      a.loss.f32()[row] = loss;
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
