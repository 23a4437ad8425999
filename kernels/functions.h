// The functions of `unary` and the activations of linear layers, for one float. Metal's library has no erf,
// expm1 or log1p; polynomials are those of native/cpu/math.h. NaN stays NaN, and infinities give what the
// limits say.
#pragma once
#include <metal_stdlib>
using namespace metal;

// c[0] + c[1] x + …
#define VMM_POLYNOMIAL(name, count)                           \
  inline float name(float x, const thread float(&c)[count]) { \
    float y = c[count - 1];                                   \
    for (int i = count - 2; i >= 0; --i) y = fma(y, x, c[i]); \
    return y;                                                 \
  }
VMM_POLYNOMIAL(polynomial, 7)
VMM_POLYNOMIAL(polynomial, 8)
VMM_POLYNOMIAL(polynomial, 11)

inline float sigmoid(float x) { return 1.0f / (1.0f + precise::exp(-x)); }
// x / (1 + e^-x); far below zero both would be infinite.
inline float silu(float x) { return x < -120.0f ? 0.0f : x / (1.0f + precise::exp(-x)); }

// ln(1 + e) for e in [0, 1]: what 1 + e has lost scales the result.
inline float log1pSmall(float e) {
  const float u = 1.0f + e;
  return u == 1.0f ? e : precise::log(u) * (e / (u - 1.0f));
}
inline float softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + (x == x ? log1pSmall(precise::exp(-fabs(x))) : x);
}

// x + x p(x^2) below 1, else 1 - e^p(x) with p = ln(erfc x).
inline float erf(float x) {
  const float near[] = {0x1.06eba8p-3f, -0x1.81273ep-2f,  0x1.ce2cf0p-4f, -0x1.b7f89ap-6f,
                        0x1.540216p-8f, -0x1.a3dc72p-11f, 0x1.492178p-14f};
  const float far[] = {0x1.8a573p-13f, -0x1.212c0cp+0f, -0x1.443566p-1f, -0x1.bc1516p-4f,
                       0x1.9d0302p-6f, -0x1.138cbap-8f, 0x1.cec5fap-12f, -0x1.6bd7dcp-16f};
  const float t = fabs(x);
  const float small = fma(t, polynomial(t * t, near), t);
  const float large = 1.0f - precise::exp(polynomial(t, far));
  return x == x ? copysign(t < 1.0f ? small : large, x) : x;
}

// e^(s a^2) for finite a. The square is taken exactly, in two floats.
inline float gaussian(float a, float s) {
  const float square = a * a, rest = fma(a, a, -square);
  return precise::exp(square * s) * (1.0f + s * rest);
}
// The normal distribution function at -a, a in [0, 14.5], as p(a / (a + 2)) / (a + 2) times e^(-a^2 / 2).
inline float normalTail(float a) {
  const float q[] = {1.0f,           -0x1.3107e6p-1f, -0x1.88c008p-3f, 0x1.6b6d4cp-4f,  0x1.36cc80p-4f,
                     0x1.78ad9cp-3f, -0x1.a7345cp-2f, 0x1.616502p-1f,  -0x1.89dc52p-1f, 0x1.a2d88cp-2f,
                     -0x1.42879cp-4f};
  const float sum = a + 2.0f;
  return polynomial(a / sum, q) / sum;
}
// x times the normal distribution function, from its tail at -|x|.
inline float gelu(float x) {
  const float a = fabs(x) < 14.5f ? fabs(x) : 14.5f;
  const float tail = a * gaussian(a, -0.5f) * normalTail(a);
  return x < 0.0f ? -tail : x - tail;
}
// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
inline float geluTanh(float x) {
  const float inner = 0x1.988454p+0f * fma(0.044715f * x * x, x, x);
  return x < -120.0f ? 0.0f : x / (1.0f + precise::exp(-inner));
}

inline float signOf(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x; }
inline float relu(float x) { return x < 0.0f ? 0.0f : x; }
