// gather: y[r] = x[index[r]].
// x: any type [n, d], rows at a stride; index: i32 [rows]; y [rows, d]. A threadgroup covers a tile of rows
// and columns of y. Moves twice the bytes of an element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s),
// computed, not measured: 68 G elements/s of 4 bytes, bound by memory.
#include <metal_stdlib>
#include "kernels/elements.h"
#include "kernels/elementwise.h"
#include "kernels/indices.h"
using namespace metal;

constant constexpr uint kThreads = 256;

constant int bytes [[function_constant(0)]];  // of an element
constant int tall [[function_constant(1)]];
constant int steps [[function_constant(2)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void gather(
    constant op::Gather& a [[buffer(0)]], device const void* x [[buffer(1)]],
    device const int* index [[buffer(2)]], device void* y [[buffer(3)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]], uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    const uint from = uint(index[place.row]);
    if (!within(from, a.x.dim[0], place.row, fault)) return;
    moveElement(y, ulong(place.row) * cols + place.col, x, ulong(from) * ulong(a.x.stride[0]) + place.col,
                bytes);
  }
}
