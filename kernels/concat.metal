// concat: y = x0, x1, … one after another along an axis.
// x0 … x7: any strides, any one type; y: row-major. One dispatch for each input, into its window of y: the
// host gives where that begins, and merges the axes of both; tiles are those of `copy`. Moves twice the bytes
// of an element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s of 4
// bytes, bound by memory.
#include <metal_stdlib>
#include "kernels/elements.h"
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int bytes [[function_constant(0)]];  // of an element
constant int input [[function_constant(1)]];
constant int tall [[function_constant(2)]];
constant int steps [[function_constant(3)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void concat(
    constant op::Concat& a [[buffer(0)]], device const void* x0 [[buffer(1)]],
    device const void* x1 [[buffer(2)]], device const void* x2 [[buffer(3)]],
    device const void* x3 [[buffer(4)]], device const void* x4 [[buffer(5)]],
    device const void* x5 [[buffer(6)]], device const void* x6 [[buffer(7)]],
    device const void* x7 [[buffer(8)]], device void* y [[buffer(9)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  device const void* const all[] = {x0, x1, x2, x3, x4, x5, x6, x7};
  constant op::Tensor& x = (&a.x0)[input];
  const uint rows = rowsOf(x), cols = colsOf(x);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    moveElement(y, ulong(offsetOf(a.y, x, place)), all[input], ulong(offsetOf(x, x, place)), bytes);
  }
}
