// scatter_add: y[i] = the sum of the rows x[r] with index[r] = i, in row order.
// x: f32 [rows, d], rows at a stride; index: i32 [rows]; y [size, d]. Rows are sorted by their target
// (kernels/sort_rows.h), so that each target has a segment of the order, whose sum is made by fixed pieces
// (kernels/segments.h). Moves 4 bytes per element of x and y, and some 16 to 50 per row for the order.
// Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s of x and y, bound by
// memory.
#include <metal_stdlib>
#include "kernels/segments.h"
#include "kernels/sort_rows.h"
using namespace metal;

VMM_SORT_KERNELS(scatter_add, op::ScatterAdd, index, 2, a.y.dim[0], 4, 5, 6, 7)

struct Rows {
  device const float* column;
  long stride;
  device const uint* evens;
  device const uint* odds;
};
inline float sumOf(Rows rows, Segment segment) {
  float sum = 0.0f;
  for (uint i = segment.begin; i < segment.end; ++i)
    sum += rows.column[long(rowAt(rows.evens, rows.odds, i)) * rows.stride];
  return sum;
}

[[max_total_threads_per_threadgroup(kSegmentThreads)]] kernel void scatter_add_pieces(
    constant op::ScatterAdd& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const uint* evens [[buffer(4)]], device const uint* odds [[buffer(5)]],
    device const uint* first [[buffer(7)]], device float* sums [[buffer(8)]],
    uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]]) {
  const uint d = a.x.dim[1], col = group.x * kSegmentColumns + at.x, slot = group.y * kSegmentRows + at.y;
  const Segment piece = pieceOf(first, a.y.dim[0], a.x.dim[0], slot);
  if (col >= d || piece.begin >= piece.end) return;
  sums[ulong(slot) * d + col] = sumOf(Rows{x + col, a.x.stride[0], evens, odds}, piece);
}

[[max_total_threads_per_threadgroup(kSegmentThreads)]] kernel void scatter_add(
    constant op::ScatterAdd& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device float* y [[buffer(3)]], device const uint* evens [[buffer(4)]],
    device const uint* odds [[buffer(5)]], device const uint* first [[buffer(7)]],
    device const float* sums [[buffer(8)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]]) {
  const uint d = a.x.dim[1], size = a.y.dim[0];
  const uint col = group.x * kSegmentColumns + at.x, target = group.y * kSegmentRows + at.y;
  if (col >= d || target >= size) return;
  const Segment segment = segmentOf(first, size, a.x.dim[0], target);
  y[ulong(target) * d + col] = isLong(segment) ? sumPieces(sums, d, col, segment)
                                               : sumOf(Rows{x + col, a.x.stride[0], evens, odds}, segment);
}
