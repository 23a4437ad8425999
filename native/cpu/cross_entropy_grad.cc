// cross_entropy_grad: dz = g * (exp(z - logSumExp) - (1 - s) * [column is target] - s / vocab), 0 if ignored.
// z (logits), dz: [rows, vocab]; targets, logSumExp, g (upstream): [rows]. Bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/power.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void cross_entropy_grad(const op::CrossEntropyGrad& a, Parallel& p) {
  const int64_t rows = a.logits.dim[0], vocab = a.logits.dim[1];
  p.chunks(rows, rowsPerChunk(vocab, 16384), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const int32_t target = a.targets.i32()[row];
      const float* z = a.logits.f32() + row * a.logits.stride[0];
      float* dz = a.dLogits.f32() + row * vocab;
      if (target == a.ignoreIndex) {
        std::memset(dz, 0, static_cast<size_t>(vocab) * 4);
        continue;
      }
      if (target < 0 || target >= vocab) {
        p.fail("cross_entropy_grad: targets[%lld] is %d; expected 0 to %lld or %d",
               static_cast<long long>(row), target, static_cast<long long>(vocab - 1), a.ignoreIndex);
        return;
      }
      const float up = a.upstream.f32()[row];
      const vf lse = splat(a.logSumExp.f32()[row]), g = splat(up);
      const vf spread = splat(a.labelSmoothing / static_cast<float>(vocab));
      for (int64_t i = 0; i < vocab; i += W)
        storeUpTo(dz + i, g * (powerOfE(loadUpTo(z + i, vocab - i) - lse) - spread), vocab - i);
      // The target is computed as a whole: p and its share of 1 nearly cancel where the model is sure.
      const float chosen = powerOfE(splat(z[target]) - lse)[0] - spread[0] - (1 - a.labelSmoothing);
      dz[target] = up * chosen;
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
