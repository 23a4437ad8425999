// layer_norm: y = (x - mean) * invStd * weight[expert] + bias[expert].
// x, y: [rows, d]; weight, bias: [d] or [experts, d]. One pass sums x and its squares around the mean of the
// first numbers, so that a large mean takes no digits of a small deviation; a
// second one, over a row that is in cache by then, writes. Bound by memory, nearly as fast as a copy.
#include "native/cpu/kernel.h"
#include "native/cpu/norm.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

namespace {
// x - middle from x on, with zeros beyond n numbers.
template <bool kWhole>
VMM_INLINE vf around(const float* x, float middle, int64_t n) {
  if constexpr (kWhole) return load(x) - splat(middle);
  return choose(firstLanes(n), loadUpTo(x, n) - splat(middle), vf{});
}

// The mean of a row is middle + rest.
struct Moments {
  float middle, rest, invStd;
};

VMM_INLINE Moments momentsOf(const op::LayerNorm& a, const float* x) {
  const int64_t d = a.x.dim[1], head = least(d, 4 * W);
  const float middle =
      sumRow(head, [&](int64_t i, int64_t n) { return loadUpTo(x + i, n); }) / static_cast<float>(head);
  vf sum[4] = {}, square[4] = {};
  int64_t i = 0;
  for (; i + 4 * W <= d; i += 4 * W)
#pragma GCC unroll 4
    for (int64_t u = 0; u < 4; ++u) {
      const vf v = around<true>(x + i + u * W, middle, W);
      sum[u] += v;
      square[u] = fma(v, v, square[u]);
    }
  for (; i < d; i += W) {
    const vf v = around<false>(x + i, middle, d - i);
    sum[0] += v;
    square[0] = fma(v, v, square[0]);
  }
  const float size = static_cast<float>(d);
  const float rest = hsum((sum[0] + sum[1]) + (sum[2] + sum[3])) / size;
  const float squares = hsum((square[0] + square[1]) + (square[2] + square[3])) / size;
  const float variance = squares - rest * rest;
  return {middle, rest, 1 / __builtin_sqrtf((variance < 0 ? 0 : variance) + a.eps)};
}

// y = (x - mean) invStd weight + bias for whole vectors of a row, as far as they reach. Gives where they end.
template <bool kBias>
VMM_INLINE int64_t normalise(const Moments& m, const float* x, const float* weight, const float* bias,
                             float* y, int64_t d) {
  int64_t i = 0;
#pragma GCC unroll 4
  for (; i + W <= d; i += W) {
    const vf v = (around<true>(x + i, m.middle, W) - splat(m.rest)) * splat(m.invStd) * load(weight + i);
    store(y + i, kBias ? v + load(bias + i) : v);
  }
  return i;
}
}  // namespace

void layer_norm(const op::LayerNorm& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1];
  if (!expertsFit("layer_norm", a.expert, a.weight, p)) return;
  const bool isFloat = a.weight.dtype == DType::f32 && (!a.bias || a.bias.dtype == DType::f32);
  p.chunks(rows, rowsPerChunk(d, 32768), [&](int64_t begin, int64_t end, int) {
    const float* x = a.x.f32() + begin * a.x.stride[0];
    for (int64_t row = begin; row < end; ++row, x += a.x.stride[0]) {
      const Moments own = momentsOf(a, x);
      if (a.mean) a.mean.f32()[row] = own.middle + own.rest;
      if (a.invStd) a.invStd.f32()[row] = own.invStd;
      float* y = a.y.f32() + row * d;
      const int64_t from = expertOf(a.expert, row) * d;
      int64_t i = 0;
      if (isFloat) {
        const float* weight = a.weight.f32() + from;
        i = a.bias ? normalise<true>(own, x, weight, a.bias.f32() + from, y, d)
                   : normalise<false>(own, x, weight, nullptr, y, d);
      }
      for (; i < d; i += W) {
        const int64_t n = d - i;
        vf v = (around<false>(x + i, own.middle, n) - splat(own.rest)) * splat(own.invStd);
        v *= loadAny(a.weight.data, a.weight.dtype, from + i, n);
        if (a.bias) v += loadAny(a.bias.data, a.bias.dtype, from + i, n);
        storeUpTo(y + i, v, n);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
