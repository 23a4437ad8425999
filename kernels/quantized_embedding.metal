// quantized_embedding: y[r] = table[ids[r]] as f32, of a table in blocks of 32 integers that share a scale.
// quants: i8 [vocab, d]; scales: f16 [vocab, d / 32]; ids: i32 [rows]; y: f32 [rows, d]. A threadgroup covers
// a tile of rows and columns of y. Moves 1.06 d bytes of the table and 4 d bytes of y for each row. Roofline
// on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 108 G elements/s, bound by memory.
#include <metal_stdlib>
#include "kernels/elementwise.h"
#include "kernels/indices.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kBlock = 32;

constant int tall [[function_constant(0)]];
constant int steps [[function_constant(1)]];  // elements of a thread

[[max_total_threads_per_threadgroup(kThreads)]] kernel void quantized_embedding(
    constant op::QuantizedEmbedding& a [[buffer(0)]], device const char* quants [[buffer(1)]],
    device const half* scales [[buffer(2)]], device const int* ids [[buffer(3)]],
    device float* y [[buffer(4)]], device atomic_uint* fault [[buffer(30)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]],
    uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = rowsOf(a.y), cols = colsOf(a.y);
  for (uint step = 0; step < uint(steps); ++step) {
    const Place place = placeOf(group, at, threads, steps, step, tall);
    if (place.row >= rows || place.col >= cols) return;
    const uint id = uint(ids[place.row]);
    if (!within(id, a.quants.dim[0], place.row, fault)) return;
    const ulong from = ulong(id) * cols + place.col;
    y[ulong(place.row) * cols + place.col] = float(quants[from]) * float(scales[from / kBlock]);
  }
}
