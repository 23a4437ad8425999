// rms_norm_grad: with r = invRms, h = g * weight[expert], n = mean over d of (h * x):
//   dx = r * h - r^3 * n * x,   dWeight[e] = sum over rows of e of g * x * r.
// x, g (upstream), dx: [rows, d]; weight, dWeight: [d] or [experts, d]. Reads x and g once from memory, which
// it is bound by.
#include "native/cpu/kernel.h"
#include "native/cpu/norm.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void rms_norm_grad(const op::RmsNormGrad& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1];
  if (!expertsFit("rms_norm_grad", a.expert, a.weight, p)) return;
  const RowSums sums(a.dWeight, rows, p);
  p.chunks(rows, kNormRows, [&](int64_t begin, int64_t end, int) {
    float* partial = sums.begin(begin);
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * a.x.stride[0];
      const float* g = a.upstream.f32() + row * a.upstream.stride[0];
      float* dx = a.dx.f32() + row * d;
      const int64_t weight = expertOf(a.expert, row) * d;
      const auto h = [&](int64_t i, int64_t n) {
        return loadUpTo(g + i, n) * loadAny(a.weight.data, a.weight.dtype, weight + i, n);
      };
      const float dot = sumRow(d, [&](int64_t i, int64_t n) { return h(i, n) * loadUpTo(x + i, n); });
      const float r = a.invRms.f32()[row];
      const vf scale = splat(r), pull = splat(r * r * r * (dot / static_cast<float>(d)));
      for (int64_t i = 0; i < d; i += W) {
        const int64_t n = d - i;
        const vf v = loadUpTo(x + i, n);
        storeUpTo(dx + i, scale * h(i, n) - pull * v, n);
        if (partial) addUpTo(partial + weight + i, loadUpTo(g + i, n) * (v * scale), n);
      }
    }
  });
  sums.finish(p);
}

}  // namespace vmm::cpu::VMM_ISA
