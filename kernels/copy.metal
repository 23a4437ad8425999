// copy: y = x, from any strides to row-major.
// x, y: the same shape, any type. The host merges axes; a threadgroup covers a tile of rows and columns,
// which is tall where neighbours in x lie along a column, so that whole lines of x are used. Moves twice the
// bytes of an element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s
// of 4 bytes, bound by memory.
#include <metal_stdlib>
#include "kernels/elements.h"
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int bytes [[function_constant(0)]];  // of an element
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void copy(constant op::Copy& a [[buffer(0)]],
                                                                 device const void* x [[buffer(1)]],
                                                                 device void* y [[buffer(2)]],
                                                                 uint2 group [[threadgroup_position_in_grid]],
                                                                 uint2 at [[thread_position_in_threadgroup]],
                                                                 uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    moveElement(y, ulong(place.row) * cols + place.col, x, ulong(offsetOf(a.x, a.y, place)), bytes);
  }
}
