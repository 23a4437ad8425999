// layer_norm: y = (x - mean) * invStd * weight[expert] + bias[expert].
// x, y: [rows, d]; weight, bias: [d] or [experts, d]. Mean and variance take passes of their own over the
// row, which is in cache after the first, while the next row is on its way: bound by memory, as fast as a
// copy.
#include "native/cpu/kernel.h"
#include "native/cpu/norm.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void layer_norm(const op::LayerNorm& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1];
  if (!expertsFit("layer_norm", a.expert, a.weight, p)) return;
  p.chunks(rows, rowsPerChunk(d, 32768), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * a.x.stride[0];
      float* y = a.y.f32() + row * d;
      const int64_t own = expertOf(a.expert, row) * d;
      const float size = static_cast<float>(d);
      const float mean = sumRow(d, [&](int64_t i, int64_t n) { return loadUpTo(x + i, n); }) / size;
      // What the rounding of a large mean leaves over counts beside a small deviation.
      const auto around = [&](int64_t i, int64_t n) {
        return choose(firstLanes(n), loadUpTo(x + i, n) - splat(mean), vf{});
      };
      vf sum[4] = {}, square[4] = {};
      for (int64_t i = 0; i < d; i += 4 * W)
        for (int64_t u = 0; u < 4 && i + u * W < d; ++u) {
          const int64_t at = i + u * W;
          const vf v = around(at, d - at);
          __builtin_prefetch(x + at + a.x.stride[0]);
          sum[u] += v;
          square[u] = fma(v, v, square[u]);
        }
      const float rest = hsum((sum[0] + sum[1]) + (sum[2] + sum[3])) / size;
      const float squares = hsum((square[0] + square[1]) + (square[2] + square[3])) / size;
      const float variance = squares - rest * rest;
      const float r = 1 / __builtin_sqrtf((variance < 0 ? 0 : variance) + a.eps);
      if (a.mean) a.mean.f32()[row] = mean + rest;
      if (a.invStd) a.invStd.f32()[row] = r;
      for (int64_t i = 0; i < d; i += W) {
        const int64_t n = d - i;
        vf v = (around(i, n) - splat(rest)) * splat(r);
        v *= loadAny(a.weight.data, a.weight.dtype, own + i, n);
        if (a.bias) v += loadAny(a.bias.data, a.bias.dtype, own + i, n);
        storeUpTo(y + i, v, n);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
