// chain: v = x, then v = fn1(v) or v = v fn1 with1, and so on; y = v, with NumPy's broadcasting.
// All f32, any strides; y row-major. The host merges axes; tiles are those of `binary`. Steps are constants,
// so a pipeline has the code of its own functions alone. Moves 8 bytes per element and 4 for each operand
// that is not repeated. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: with two
// operands 34 G elements/s, bound by memory; apart, the two functions would move 24 bytes, not 16.
#include <metal_stdlib>
#include "kernels/binary_fns.h"
#include "kernels/elementwise.h"
#include "kernels/unary_fns.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int fn1 [[function_constant(0)]];
constant int fn2 [[function_constant(1)]];
constant int fn3 [[function_constant(2)]];
constant int fn4 [[function_constant(3)]];
constant int fn5 [[function_constant(4)]];
constant int fn6 [[function_constant(5)]];
constant int tall [[function_constant(6)]];
constant int steps [[function_constant(7)]];  // elements of a thread

inline float turned(int fn, float a, float b) {
  switch (fn) {
    case op::Chain::kRsub:
      return binaryOf(op::Binary::kSub, b, a);
    case op::Chain::kRdiv:
      return binaryOf(op::Binary::kDiv, b, a);
    case op::Chain::kRmax:
      return binaryOf(op::Binary::kMax, b, a);
    case op::Chain::kRmin:
      return binaryOf(op::Binary::kMin, b, a);
    default:
      return binaryOf(op::Binary::kPow, b, a);
  }
}

inline float stepped(int fn, float v, device const float* with, constant op::Tensor& tensor,
                     constant op::Tensor& y, Place place) {
  if (fn == op::Chain::kNone) return v;
  if (fn < op::Chain::kAdd) return unaryOf(fn - op::Chain::kNeg, v);
  const float other = with[offsetOf(tensor, y, place)];
  return fn < op::Chain::kRsub ? binaryOf(fn - op::Chain::kAdd, v, other) : turned(fn, v, other);
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void chain(
    constant op::Chain& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* with1 [[buffer(2)]], device const float* with2 [[buffer(3)]],
    device const float* with3 [[buffer(4)]], device const float* with4 [[buffer(5)]],
    device const float* with5 [[buffer(6)]], device const float* with6 [[buffer(7)]],
    device float* y [[buffer(8)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]], uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    float v = x[offsetOf(a.x, a.y, place)];
    v = stepped(fn1, v, with1, a.with1, a.y, place);
    v = stepped(fn2, v, with2, a.with2, a.y, place);
    v = stepped(fn3, v, with3, a.with3, a.y, place);
    v = stepped(fn4, v, with4, a.with4, a.y, place);
    v = stepped(fn5, v, with5, a.with5, a.y, place);
    v = stepped(fn6, v, with6, a.with6, a.y, place);
    y[ulong(place.row) * cols + place.col] = v;
  }
}
