// rope: pair i of each head turns by positions[row] * invFreq[i].   x, y: [rows, heads, d]; pairs are
// (i, i + half), or (2i, 2i + 1) when interleaved; elements from 2 * half on pass through.
// Sines and cosines are computed once per row, for all heads. Bound by memory with more than a few heads.
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

typedef double vd __attribute__((vector_size(8 * VMM_WIDTH)));

// sin and cos of position * frequency. In float the product alone would be wrong by 1e-3 at 16384 radians, so
// the angle is formed and brought to |r| <= pi / 4 in double.
VMM_INLINE void sinCos(double position, vf frequency, vf& sine, vf& cosine) {
  const vd angle = __builtin_convertvector(frequency, vd) * position;
  // Adding 1.5 * 2^52 rounds to an integer.
  const vd turns = (angle * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52;
  const vd r = (angle - turns * 0x1.921fb54442d18p0) - turns * 0x1.1a62633145c07p-54;
  const vi q = __builtin_convertvector(turns, vi);
  sine = sineOf(__builtin_convertvector(r, vf), q);
  cosine = sineOf(__builtin_convertvector(r, vf), q + 1);
}

VMM_INLINE void turnHalves(const float* x, float* y, const float* sine, const float* cosine, int64_t half) {
  for (int64_t i = 0; i < half; i += W) {
    const int64_t n = half - i;
    const vf s = loadUpTo(sine + i, n), c = loadUpTo(cosine + i, n);
    const vf first = loadUpTo(x + i, n), second = loadUpTo(x + half + i, n);
    storeUpTo(y + i, first * c - second * s, n);
    storeUpTo(y + half + i, first * s + second * c, n);
  }
}

// Every element is on its own and products are not contracted, so vector and scalar code give the same bits.
VMM_INLINE void turnPairs(const float* x, float* y, const float* sine, const float* cosine, int64_t half) {
  for (int64_t i = 0; i < half; ++i) {
    const float first = x[2 * i], second = x[2 * i + 1];
    y[2 * i] = first * cosine[i] - second * sine[i];
    y[2 * i + 1] = first * sine[i] + second * cosine[i];
  }
}

}  // namespace

void rope(const op::Rope& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], heads = a.x.dim[1], d = a.x.dim[2], half = a.invFreq.dim[0];
  if (2 * half > d)
    return p.fail("rope: %lld frequencies turn more than %lld numbers", static_cast<long long>(half),
                  static_cast<long long>(d));
  p.chunks(rows, rowsPerChunk(heads * d + 4 * half, 16384), [&](int64_t begin, int64_t end, int worker) {
    float* sine = static_cast<float*>(p.scratch(worker, static_cast<size_t>(2 * half + 1) * 4));
    float* cosine = sine + half;
    for (int64_t row = begin; row < end; ++row) {
      const double position = a.positions.i32()[row];
      for (int64_t i = 0; i < half; i += W) {
        vf s, c;
        sinCos(position, loadUpTo(a.invFreq.f32() + i, half - i), s, c);
        storeUpTo(sine + i, a.inverse ? -s : s, half - i);
        storeUpTo(cosine + i, c, half - i);
      }
      for (int64_t head = 0; head < heads; ++head) {
        const float* x = a.x.f32() + row * a.x.stride[0] + head * a.x.stride[1];
        float* y = a.y.f32() + (row * heads + head) * d;
        if (a.interleaved)
          turnPairs(x, y, sine, cosine, half);
        else
          turnHalves(x, y, sine, cosine, half);
        std::memcpy(y + 2 * half, x + 2 * half, static_cast<size_t>(d - 2 * half) * 4);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
