// layer_norm_grad: with z = (x - mean) * invStd and h = g * weight[expert]:
//   dx = invStd * (h - mean(h) - z * mean(h * z)),   dWeight[e] = sum of g * z,   dBias[e] = sum of g,
// the last two over the rows of expert e.
// x, g (upstream), dx: [rows, d]; weight, dWeight, dBias: [d] or [experts, d]. Bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/norm.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void layer_norm_grad(const op::LayerNormGrad& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1];
  if (!expertsFit("layer_norm_grad", a.expert, a.weight, p)) return;
  const RowSums weightSums(a.dWeight, rows, p), biasSums(a.dBias, rows, p);
  p.chunks(rows, kNormRows, [&](int64_t begin, int64_t end, int) {
    float* dWeight = weightSums.begin(begin);
    float* dBias = biasSums.begin(begin);
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * a.x.stride[0];
      const float* g = a.upstream.f32() + row * a.upstream.stride[0];
      float* dx = a.dx.f32() + row * d;
      const int64_t own = expertOf(a.expert, row) * d;
      const vf mean = splat(a.mean.f32()[row]), r = splat(a.invStd.f32()[row]);
      const float size = static_cast<float>(d);
      const auto h = [&](int64_t i, int64_t n) {
        return loadUpTo(g + i, n) * loadAny(a.weight.data, a.weight.dtype, own + i, n);
      };
      const auto z = [&](int64_t i, int64_t n) { return (loadUpTo(x + i, n) - mean) * r; };
      const vf meanH = splat(sumRow(d, h) / size);
      // Beyond the row h is zero, and so is the product.
      const vf meanHz = splat(sumRow(d, [&](int64_t i, int64_t n) { return h(i, n) * z(i, n); }) / size);
      for (int64_t i = 0; i < d; i += W) {
        const int64_t n = d - i;
        const vf up = loadUpTo(g + i, n), deviation = z(i, n);
        storeUpTo(dx + i, r * (h(i, n) - meanH - deviation * meanHz), n);
        if (dWeight) addUpTo(dWeight + own + i, up * deviation, n);
        if (dBias) addUpTo(dBias + own + i, up, n);
      }
    }
  });
  weightSums.finish(p);
  biasSums.finish(p);
}

}  // namespace vmm::cpu::VMM_ISA
