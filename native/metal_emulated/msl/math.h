// Functions of numbers: for float, half and vectors of them, and for whole numbers, with the overloads of
// Metal (none for bfloat). `precise` and `fast` are alike here; how far Apple's differ is unknown.
#pragma once
#include "native/metal_emulated/msl/vectors.h"

namespace metal {
namespace math {
VMM_MSL float rsqrt(float x) { return 1.0f / __builtin_sqrtf(x); }
VMM_MSL float exp10(float x) { return __builtin_powf(10.0f, x); }
VMM_MSL float fract(float x) { return x - __builtin_floorf(x); }
VMM_MSL float saturate(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
VMM_MSL float sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }
}  // namespace math

#define VMM_MATH1(name, body)                                \
  VMM_MSL float name(float x) { return body(x); }            \
  VMM_MSL half name(half x) { return (half)body((float)x); } \
  template <class T, int N>                                  \
  VMM_MSL vec<T, N> name(vec<T, N> x) {                      \
    for (int i = 0; i < N; ++i) x[i] = name(x[i]);           \
    return x;                                                \
  }
#define VMM_MATH2(name, body)                                                  \
  VMM_MSL float name(float x, float y) { return body(x, y); }                  \
  VMM_MSL half name(half x, half y) { return (half)body((float)x, (float)y); } \
  template <class T, int N>                                                    \
  VMM_MSL vec<T, N> name(vec<T, N> x, vec<T, N> y) {                           \
    for (int i = 0; i < N; ++i) x[i] = name(x[i], y[i]);                       \
    return x;                                                                  \
  }
#define VMM_MATH3(name, body)                                                                    \
  VMM_MSL float name(float x, float y, float z) { return body(x, y, z); }                        \
  VMM_MSL half name(half x, half y, half z) { return (half)body((float)x, (float)y, (float)z); } \
  template <class T, int N>                                                                      \
  VMM_MSL vec<T, N> name(vec<T, N> x, vec<T, N> y, vec<T, N> z) {                                \
    for (int i = 0; i < N; ++i) x[i] = name(x[i], y[i], z[i]);                                   \
    return x;                                                                                    \
  }

#define VMM_MATH                           \
  VMM_MATH1(exp, __builtin_expf)           \
  VMM_MATH1(exp2, __builtin_exp2f)         \
  VMM_MATH1(exp10, math::exp10)            \
  VMM_MATH1(log, __builtin_logf)           \
  VMM_MATH1(log2, __builtin_log2f)         \
  VMM_MATH1(log10, __builtin_log10f)       \
  VMM_MATH1(sqrt, __builtin_sqrtf)         \
  VMM_MATH1(rsqrt, math::rsqrt)            \
  VMM_MATH1(sin, __builtin_sinf)           \
  VMM_MATH1(cos, __builtin_cosf)           \
  VMM_MATH1(tan, __builtin_tanf)           \
  VMM_MATH1(sinh, __builtin_sinhf)         \
  VMM_MATH1(cosh, __builtin_coshf)         \
  VMM_MATH1(tanh, __builtin_tanhf)         \
  VMM_MATH1(asin, __builtin_asinf)         \
  VMM_MATH1(acos, __builtin_acosf)         \
  VMM_MATH1(atan, __builtin_atanf)         \
  VMM_MATH1(floor, __builtin_floorf)       \
  VMM_MATH1(ceil, __builtin_ceilf)         \
  VMM_MATH1(trunc, __builtin_truncf)       \
  VMM_MATH1(rint, __builtin_rintf)         \
  VMM_MATH1(round, __builtin_roundf)       \
  VMM_MATH1(fabs, __builtin_fabsf)         \
  VMM_MATH1(fract, math::fract)            \
  VMM_MATH1(saturate, math::saturate)      \
  VMM_MATH1(sign, math::sign)              \
  VMM_MATH2(pow, __builtin_powf)           \
  VMM_MATH2(powr, __builtin_powf)          \
  VMM_MATH2(fmod, __builtin_fmodf)         \
  VMM_MATH2(atan2, __builtin_atan2f)       \
  VMM_MATH2(fmax, __builtin_fmaxf)         \
  VMM_MATH2(fmin, __builtin_fminf)         \
  VMM_MATH2(fdim, __builtin_fdimf)         \
  VMM_MATH2(copysign, __builtin_copysignf) \
  VMM_MATH3(fma, __builtin_fmaf)
VMM_MATH
namespace precise {
VMM_MATH
}
namespace fast {
VMM_MATH
}
VMM_MSL float ldexp(float x, int k) { return __builtin_ldexpf(x, k); }
VMM_MSL float mix(float x, float y, float a) { return x + (y - x) * a; }

#define VMM_CLASSIFY(name, body)                       \
  VMM_MSL bool name(float x) { return body(x); }       \
  VMM_MSL bool name(half x) { return body((float)x); } \
  template <class T, int N>                            \
  VMM_MSL vec<bool, N> name(vec<T, N> x) {             \
    vec<bool, N> r;                                    \
    for (int i = 0; i < N; ++i) r[i] = name(x[i]);     \
    return r;                                          \
  }
VMM_CLASSIFY(isnan, __builtin_isnan)
VMM_CLASSIFY(isinf, __builtin_isinf)
VMM_CLASSIFY(isfinite, __builtin_isfinite)
VMM_CLASSIFY(signbit, __builtin_signbit)

// max and min of numbers of one type: a call that mixes types is ambiguous, as in Metal.
#define VMM_ORDERED(T)                                                   \
  VMM_MSL T max(T a, T b) { return a < b ? b : a; }                      \
  VMM_MSL T min(T a, T b) { return b < a ? b : a; }                      \
  VMM_MSL T clamp(T x, T low, T high) { return min(max(x, low), high); } \
  VMM_MSL T select(T a, T b, bool c) { return c ? b : a; }
VMM_ORDERED(char)
VMM_ORDERED(uchar)
VMM_ORDERED(short)
VMM_ORDERED(ushort)
VMM_ORDERED(int)
VMM_ORDERED(uint)
VMM_ORDERED(long)
VMM_ORDERED(ulong)
VMM_ORDERED(half)
VMM_ORDERED(float)
#undef VMM_ORDERED
template <class T, int N>
VMM_MSL vec<T, N> max(vec<T, N> a, vec<T, N> b) {
  for (int i = 0; i < N; ++i) a[i] = max(a[i], b[i]);
  return a;
}
template <class T, int N>
VMM_MSL vec<T, N> min(vec<T, N> a, vec<T, N> b) {
  for (int i = 0; i < N; ++i) a[i] = min(a[i], b[i]);
  return a;
}
VMM_MSL float abs(float x) { return __builtin_fabsf(x); }
VMM_MSL half abs(half x) { return (half)__builtin_fabsf((float)x); }
VMM_MSL int abs(int x) { return x < 0 ? -x : x; }
VMM_MSL long abs(long x) { return x < 0 ? -x : x; }
template <class T, int N>
VMM_MSL vec<T, N> abs(vec<T, N> x) {
  for (int i = 0; i < N; ++i) x[i] = abs(x[i]);
  return x;
}

VMM_MSL uint mulhi(uint a, uint b) { return (uint)((ulong)a * b >> 32); }
VMM_MSL uint popcount(uint x) { return (uint)__builtin_popcount(x); }
VMM_MSL uint clz(uint x) { return x ? (uint)__builtin_clz(x) : 32; }
VMM_MSL uint ctz(uint x) { return x ? (uint)__builtin_ctz(x) : 32; }
VMM_MSL uint reverse_bits(uint x) { return __builtin_bitreverse32(x); }
VMM_MSL uint rotate(uint x, uint k) { return __builtin_rotateleft32(x, k); }

}  // namespace metal

#define VMM_USING(T) \
  using metal::T##2; \
  using metal::T##3; \
  using metal::T##4;
VMM_USING(bool)
VMM_USING(char)
VMM_USING(uchar)
VMM_USING(short)
VMM_USING(ushort)
VMM_USING(int)
VMM_USING(uint)
VMM_USING(long)
VMM_USING(ulong)
VMM_USING(half)
VMM_USING(bfloat)
VMM_USING(float)
#undef VMM_USING
using metal::packed_float2;
using metal::packed_float3;
using metal::packed_float4;
