// binary: y = a fn b with NumPy's broadcasting; comparisons give 0 or 1.
// a, b: f32, any strides; y: f32, row-major. The host merges axes; a threadgroup covers a tile of rows and
// columns, which is tall where neighbours in an input lie along a column, so that whole lines of it are used.
// Moves 12 bytes per element, 8 where an input is broadcast. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s),
// computed, not measured: 45 G elements/s, bound by memory; pow costs some 40 operations, 450 G elements/s.
#include <metal_stdlib>
#include "kernels/binary_fns.h"
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int fn [[function_constant(0)]];
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void binary(
    constant op::Binary& args [[buffer(0)]], device const float* a [[buffer(1)]],
    device const float* b [[buffer(2)]], device float* y [[buffer(3)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(args.y), cols = colsOf(args.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    y[ulong(place.row) * cols + place.col] =
        binaryOf(fn, a[offsetOf(args.a, args.y, place)], b[offsetOf(args.b, args.y, place)]);
  }
}
