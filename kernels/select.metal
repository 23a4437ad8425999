// select: y = a where the condition is not 0, else b, with NumPy's broadcasting.
// condition, a, b: f32, any strides; y: f32, row-major. The host merges axes; tiles are those of `binary`.
// Moves 16 bytes per element, 4 less for each input that is broadcast. Roofline on an M4 Max (546 GB/s, 18
// TFLOP/s), computed, not measured: 34 G elements/s, bound by memory.
#include <metal_stdlib>
#include "kernels/elementwise.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int tall [[function_constant(0)]];
constant int steps [[function_constant(1)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void select(
    constant op::Select& args [[buffer(0)]], device const float* condition [[buffer(1)]],
    device const float* a [[buffer(2)]], device const float* b [[buffer(3)]], device float* y [[buffer(4)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(args.y), cols = colsOf(args.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    y[ulong(place.row) * cols + place.col] = condition[offsetOf(args.condition, args.y, place)] != 0.0f
                                                 ? a[offsetOf(args.a, args.y, place)]
                                                 : b[offsetOf(args.b, args.y, place)];
  }
}
