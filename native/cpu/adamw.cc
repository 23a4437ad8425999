// adamw: one step of AdamW with decoupled weight decay, in place. All tensors: any shape, the same.
//   g = grad * gradScale;  m = m + (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2
//   param = param (1 - lr weightDecay) - lr / (1 - beta1^step) * m / (sqrt(v) / sqrt(1 - beta2^step) + eps)
// Moves 7 floats per element; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void adamw(const op::Adamw& a, Parallel& p) {
  if (!(a.step >= 1)) return p.fail("adamw: step is %g; expected 1 or more", a.step);
  const double beta1 = a.beta1, beta2 = a.beta2;
  const vf keep = splat(static_cast<float>(1 - a.lr * a.weightDecay));
  const vf stepSize = splat(static_cast<float>(a.lr / (1 - std::pow(beta1, a.step))));
  const vf correction = splat(static_cast<float>(std::sqrt(1 - std::pow(beta2, a.step))));
  const vf rate1 = splat(static_cast<float>(1 - beta1)), rate2 = splat(static_cast<float>(1 - beta2));
  const vf decay2 = splat(a.beta2), eps = splat(a.eps);
  const vf scale = splat(a.gradScale ? a.gradScale.f32()[0] : 1.f);
  p.chunks(a.param.count(), 65536, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; i += W) {
      const int64_t n = end - i;
      const vf g = loadUpTo(a.grad.f32() + i, n) * scale;
      const vf m0 = loadUpTo(a.m.f32() + i, n), v0 = loadUpTo(a.v.f32() + i, n);
      const vf m = fma(rate1, g - m0, m0);
      const vf v = fma(rate2 * g, g, decay2 * v0);
      const vf change = stepSize * (m / (vsqrt(v) / correction + eps));
      storeUpTo(a.paramOut.f32() + i, loadUpTo(a.param.f32() + i, n) * keep - change, n);
      storeUpTo(a.mOut.f32() + i, m, n);
      storeUpTo(a.vOut.f32() + i, v, n);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
