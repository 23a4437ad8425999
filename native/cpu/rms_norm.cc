// rms_norm: y = x * rsqrt(mean(x^2) + eps) * weight[expert].   x, y: [rows, d]; weight: [d] or [experts, d].
// Reads x twice (the second time from cache, while the next row is on its way) and writes y: bound by memory,
// as fast as a copy.
#include "native/cpu/kernel.h"
#include "native/cpu/norm.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void rms_norm(const op::RmsNorm& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1];
  if (!expertsFit("rms_norm", a.expert, a.weight, p)) return;
  p.chunks(rows, rowsPerChunk(d, 32768), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * a.x.stride[0];
      float* y = a.y.f32() + row * d;
      const int64_t weight = expertOf(a.expert, row) * d;
      const float squares = sumRow(d, [&](int64_t i, int64_t n) {
        __builtin_prefetch(x + i + a.x.stride[0]);
        const vf v = loadUpTo(x + i, n);
        return v * v;
      });
      const float r = 1 / __builtin_sqrtf(squares / static_cast<float>(d) + a.eps);
      if (a.invRms) a.invRms.f32()[row] = r;
      for (int64_t i = 0; i < d; i += W) {
        const vf w = loadAny(a.weight.data, a.weight.dtype, weight + i, d - i);
        storeUpTo(y + i, loadUpTo(x + i, d - i) * splat(r) * w, d - i);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
