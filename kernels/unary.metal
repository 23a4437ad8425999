// unary: y = fn(x), element by element.
// x: f32, any strides; y: f32, row-major. The host merges axes; a threadgroup covers a tile of rows and
// columns, which is tall where neighbours in x lie along a column, so that whole lines of x are used. Moves 8
// bytes per element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s,
// bound by memory; exp and its kind cost some 20 operations, 900 G elements/s.
#include <metal_stdlib>
#include "kernels/elementwise.h"
#include "kernels/unary_fns.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int fn [[function_constant(0)]];
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void unary(
    constant op::Unary& a [[buffer(0)]], device const float* x [[buffer(1)]], device float* y [[buffer(2)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    y[ulong(place.row) * cols + place.col] = unaryOf(fn, x[offsetOf(a.x, a.y, place)]);
  }
}
