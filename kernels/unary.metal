// unary: y = fn(x), element by element.
// x: f32, any strides; y: f32, row-major. The host merges axes; a threadgroup covers a tile of rows and
// columns, which is tall where neighbours in x lie along a column, so that whole lines of x are used. Moves 8
// bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s,
// bound by memory; exp and its kind cost some 20 operations, 900 G elements/s.
#include <metal_stdlib>
#include "kernels/elementwise.h"
#include "kernels/functions.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int fn [[function_constant(0)]];
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

inline float applied(float x) {
  switch (fn) {
    case op::Unary::kNeg:
      return -x;
    case op::Unary::kAbs:
      return fabs(x);
    case op::Unary::kExp:
      return precise::exp(x);
    case op::Unary::kLog:
      return precise::log(x);
    case op::Unary::kSqrt:
      return precise::sqrt(x);
    case op::Unary::kRsqrt:
      return precise::rsqrt(x);
    case op::Unary::kReciprocal:
      return 1.0f / x;
    case op::Unary::kTanh:
      return precise::tanh(x);
    case op::Unary::kSigmoid:
      return sigmoid(x);
    case op::Unary::kSilu:
      return silu(x);
    case op::Unary::kGelu:
      return gelu(x);
    case op::Unary::kGeluTanh:
      return geluTanh(x);
    case op::Unary::kRelu:
      return relu(x);
    case op::Unary::kSoftplus:
      return softplus(x);
    case op::Unary::kSin:
      return precise::sin(x);
    case op::Unary::kCos:
      return precise::cos(x);
    case op::Unary::kSquare:
      return x * x;
    case op::Unary::kErf:
      return erf(x);
    case op::Unary::kSign:
      return signOf(x);
    default:
      return floor(x);
  }
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void unary(
    constant op::Unary& a [[buffer(0)]], device const float* x [[buffer(1)]], device float* y [[buffer(2)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    y[ulong(place.row) * cols + place.col] = applied(x[offsetOf(a.x, a.y, place)]);
  }
}
