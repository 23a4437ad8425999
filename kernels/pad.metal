// pad: y = zeros, with x at `before` along an axis.
// x: f32, any strides; y: f32, row-major, x grown along the axis. A threadgroup covers a tile of rows and
// columns of y, which is tall where neighbours in x lie along a column, so that whole lines of x are used.
// Reads x and writes y. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 68 G elements/s
// of x, 136 G zeros/s, bound by memory.
#include <metal_stdlib>
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int tall [[function_constant(0)]];
constant int steps [[function_constant(1)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void pad(constant op::Pad& a [[buffer(0)]],
                                                                device const float* x [[buffer(1)]],
                                                                device float* y [[buffer(2)]],
                                                                uint2 group [[threadgroup_position_in_grid]],
                                                                uint2 at [[thread_position_in_threadgroup]],
                                                                uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y), axis = uint(a.axis), before = uint(a.before);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    // What lies before x wraps around.
    const bool inside = indexAlong(a.y, axis, place) - before < a.x.dim[axis];
    const long from = offsetOf(a.x, a.y, place) - long(before) * a.x.stride[axis];
    y[ulong(place.row) * cols + place.col] = inside ? x[from] : 0.0f;
  }
}
