// unary_grad: y = upstream fn'(x), element by element: the gradient of `unary`.
// x, upstream: f32, any strides; y: f32, row-major. The host merges axes; tiles are those of `unary`. Moves
// 12 bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 45 G
// elements/s, bound by memory; the slope of gelu costs some 60 operations, 300 G elements/s.
#include <metal_stdlib>
#include "kernels/elementwise.h"
#include "kernels/functions.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int fn [[function_constant(0)]];
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

// x slope, where a slope of 0 beats an infinite x.
inline float damped(float x, float slope) { return slope == 0.0f ? 0.0f : x * slope; }

// e^-|x| / (1 + e^-|x|)^2.
inline float sigmoidSlope(float x) {
  const float e = precise::exp(-fabs(x)), sum = 1.0f + e;
  return e / (sum * sum);
}
inline float siluSlope(float x) { return sigmoid(x) + damped(x, sigmoidSlope(x)); }
// The normal distribution function, and x times its density.
inline float geluSlope(float x) {
  const float a = fabs(x) > 14.5f ? 14.5f : fabs(x), bell = gaussian(a, -0.5f), tail = bell * normalTail(a);
  return (x < 0.0f ? tail : 1.0f - tail) + damped(x, bell * 0x1.988454p-2f);
}
// The slope of x sigmoid(u), u = 2 sqrt(2 / pi) (x + 0.044715 x^3).
inline float geluTanhSlope(float x) {
  const float third = 0x1.2444f2p-4f, first = 0x1.988454p+0f, square = x * x;
  const float u = x * fma(third, square, first);
  return sigmoid(u) + damped(x * fma(3.0f * third, square, first), sigmoidSlope(u));
}
// Beyond 11 it is 0.
inline float erfSlope(float x) { return gaussian(fabs(x) > 11.0f ? 11.0f : x, -1.0f) * M_2_SQRTPI_F; }

inline float slopeOf(float x) {
  switch (fn) {
    case op::UnaryGrad::kNeg:
      return -1.0f;
    case op::UnaryGrad::kAbs:
      return signOf(x);
    case op::UnaryGrad::kExp:
      return precise::exp(x);
    case op::UnaryGrad::kLog:
      return 1.0f / x;
    case op::UnaryGrad::kSqrt:
      return 0.5f * precise::rsqrt(x);
    case op::UnaryGrad::kRsqrt:
      return -0.5f * precise::rsqrt(x) / x;
    case op::UnaryGrad::kReciprocal:
      return -1.0f / x / x;
    case op::UnaryGrad::kTanh:
      return 4.0f * sigmoidSlope(x + x);
    case op::UnaryGrad::kSigmoid:
      return sigmoidSlope(x);
    case op::UnaryGrad::kSilu:
      return siluSlope(x);
    case op::UnaryGrad::kGelu:
      return geluSlope(x);
    case op::UnaryGrad::kGeluTanh:
      return geluTanhSlope(x);
    case op::UnaryGrad::kRelu:
      return x > 0.0f ? 1.0f : 0.0f;
    case op::UnaryGrad::kSoftplus:
      return sigmoid(x);
    case op::UnaryGrad::kSin:
      return precise::cos(x);
    case op::UnaryGrad::kCos:
      return -precise::sin(x);
    case op::UnaryGrad::kSquare:
      return x + x;
    case op::UnaryGrad::kErf:
      return erfSlope(x);
    default:
      return 0.0f;
  }
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void unary_grad(
    constant op::UnaryGrad& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* upstream [[buffer(2)]], device float* y [[buffer(3)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    y[ulong(place.row) * cols + place.col] =
        upstream[offsetOf(a.upstream, a.y, place)] * slopeOf(x[offsetOf(a.x, a.y, place)]);
  }
}
