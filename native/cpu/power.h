// Powers for loops in which they take most of the time: fewer steps than vexp, several at once. powerOfE errs
// by at most 1.07 ulp with AVX-512 and 1.93 ulp elsewhere (native/test/math_ulp.cc).
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

inline constexpr float kLog2E = 0x1.715476p+0f, kLog2ELow = 0x1.4ae0c0p-26f, kLn2 = 0x1.62e430p-1f;

// out[k] = 2^(x[k] rate[k]). 1 + f q(f) on the small |f| that rounding x rate leaves; it is exact at 0, so
// that slow decays, where errors pile up over many rows, have the smallest ones. The steps of all k stand
// side by side: one after the other they would fill the window of pending operations. `ofE`: the rate is
// log2(e), and f also gets what rounding lost of it and of the product; without, that costs 4.2e-8 |x rate|.
template <bool ofE, int K>
VMM_INLINE void powersOf(const vf (&x)[K], const vf (&rate)[K], vf (&out)[K]) {
  vf f[K], n[K], scale[K];
  for (int k = 0; k < K; ++k) f[k] = x[k] * rate[k];
#if VMM_ISA_AVX512
  // Rounded to sixteenths: four bits choose 2^(i / 16), vscalef takes the floor of the rest.
  alignas(64) static constexpr float sixteenths[] = {
      0x1.000000p+0f, 0x1.0b5586p+0f, 0x1.172b84p+0f, 0x1.2387a6p+0f, 0x1.306fe0p+0f, 0x1.3dea64p+0f,
      0x1.4bfdaep+0f, 0x1.5ab07ep+0f, 0x1.6a09e6p+0f, 0x1.7a1148p+0f, 0x1.8ace54p+0f, 0x1.9c4918p+0f,
      0x1.ae89fap+0f, 0x1.c199bep+0f, 0x1.d5818ep+0f, 0x1.ea4afap+0f};
  constexpr float q[] = {0x1.62e430p-1f, 0x1.ebfbe0p-3f, 0x1.c6b08ep-5f};
  const vf magic = splat(786432.0f);
  const __m512 table = bitCast<__m512>(load(sixteenths));
  for (int k = 0; k < K; ++k) scale[k] = f[k] + magic;
  for (int k = 0; k < K; ++k) n[k] = scale[k] - magic;
  for (int k = 0; k < K; ++k)
    scale[k] = bitCast<vf>(_mm512_maskz_permutexvar_ps(kAllLanes, bitCast<__m512i>(scale[k]), table));
  for (int k = 0; k < K; ++k)
    f[k] = ofE ? fma(x[k], splat(kLog2ELow), fma(x[k], rate[k], -n[k])) : f[k] - n[k];
#else
  constexpr float q[] = {0x1.62e422p-1f, 0x1.ebf9aap-3f, 0x1.c6bc88p-5f, 0x1.3cefcep-7f, 0x1.59fd7ap-10f};
  const vf magic = splat(12582912.0f);
  // At the bounds the exponent field becomes that of zero and of infinity.
  for (int k = 0; k < K; ++k) f[k] = vmin(vmax(f[k], splat(-127.0f)), splat(128.0f));
  for (int k = 0; k < K; ++k) scale[k] = f[k] + magic;
  for (int k = 0; k < K; ++k) n[k] = scale[k] - magic;
  for (int k = 0; k < K; ++k) scale[k] = bitCast<vf>((bitCast<vi>(scale[k]) << 23) + 0x3f800000);
  for (int k = 0; k < K; ++k)
    f[k] = ofE ? fma(x[k], splat(kLog2ELow), fma(x[k], rate[k], -n[k])) : f[k] - n[k];
#endif
  constexpr int last = sizeof q / sizeof *q - 1;
  for (int k = 0; k < K; ++k) out[k] = splat(q[last]);
  for (int i = last - 1; i >= 0; --i)
    for (int k = 0; k < K; ++k) out[k] = fma(f[k], out[k], splat(q[i]));
#if VMM_ISA_AVX512
  // Rounded once when it is added to the table's number, and once to a subnormal.
  for (int k = 0; k < K; ++k) out[k] = fma(f[k] * scale[k], out[k], scale[k]);
  for (int k = 0; k < K; ++k)
    out[k] = bitCast<vf>(_mm512_maskz_scalef_ps(kAllLanes, bitCast<__m512>(out[k]), bitCast<__m512>(n[k])));
#else
  for (int k = 0; k < K; ++k) out[k] = fma(f[k], out[k], splat(1.0f)) * scale[k];
#endif
}

// e^x[k] for x <= 88; below kLowestPower, and at -Infinity, zero.
#if VMM_ISA_AVX512
inline constexpr float kLowestPower = -104.0f;
#else
inline constexpr float kLowestPower = -88.03f;
#endif
template <int K>
VMM_INLINE void powersOfE(const vf (&x)[K], vf (&out)[K]) {
#if VMM_HAS_EXACT_FMA
  vf rate[K], bounded[K];
  for (int k = 0; k < K; ++k) rate[k] = splat(kLog2E);
  for (int k = 0; k < K; ++k) bounded[k] = vmax(x[k], splat(kLowestPower));
  powersOf<true>(bounded, rate, out);
#else
  for (int k = 0; k < K; ++k) out[k] = vexp(x[k]);
#endif
}
VMM_INLINE vf powerOfE(vf x) {
  const vf given[] = {x};
  vf out[1];
  powersOfE(given, out);
  return out[0];
}

// times / (1 + e^-x): with times = x this is silu.
template <int K>
VMM_INLINE void timesSigmoids(vf (&times)[K], const vf (&x)[K]) {
  vf z[K], e[K];
  for (int k = 0; k < K; ++k) z[k] = vmin(-x[k], splat(87.0f));
  powersOfE(z, e);
  for (int k = 0; k < K; ++k) times[k] = times[k] / (splat(1.0f) + e[k]);
}
VMM_INLINE vf timesSigmoid(vf times, vf x) {
  vf out[] = {times};
  const vf given[] = {x};
  timesSigmoids(out, given);
  return out[0];
}

}  // namespace vmm::cpu::VMM_ISA
