// segment_pool: y[s] = the sum, mean, last row or elementwise maximum of the rows of sequence s; zeros where
// it is empty. Of equal maxima the first counts; index says which row it is from, -1 elsewhere. x: f32 [rows,
// d], rows at a stride; offsets: i32 [sequences + 1]; y [sequences, d]; index: i32 [sequences, d]. Long
// sequences are cut into fixed pieces (kernels/segments.h). Moves 4 bytes per element of x. Roofline on an M4
// Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s, bound by memory; at one or two
// operations an element compute allows 9 T.
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/segments.h"
using namespace metal;

constant int fn [[function_constant(0)]];

// Of rows that were looked at: their sum, or the maximum and where it is.
struct Pooled {
  float value;
  uint row;
};
// The first row of a sequence is what others must be above, so that NaN there stays; elsewhere it is passed
// by.
inline Pooled start(device const float* column, long stride, Segment piece, bool first) {
  if (fn != op::SegmentPool::kMax) return Pooled{0.0f, 0};
  return Pooled{first ? column[long(piece.begin) * stride] : -INFINITY, piece.begin};
}
inline Pooled joined(Pooled a, Pooled b) {
  if (fn != op::SegmentPool::kMax) return Pooled{a.value + b.value, 0};
  const bool better = b.value > a.value;
  return Pooled{better ? b.value : a.value, better ? b.row : a.row};
}
inline Pooled pooled(device const float* column, long stride, Segment piece, bool first) {
  Pooled result = start(column, stride, piece, first);
  for (uint row = piece.begin; row < piece.end; ++row)
    result = joined(result, Pooled{column[long(row) * stride], row});
  return result;
}

[[max_total_threads_per_threadgroup(kSegmentThreads)]] kernel void segment_pool_pieces(
    constant op::SegmentPool& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const uint* offsets [[buffer(2)]], device float* values [[buffer(5)]],
    device uint* rows [[buffer(6)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]]) {
  const uint d = a.x.dim[1], col = group.x * kSegmentColumns + at.x, slot = group.y * kSegmentRows + at.y;
  const Segment piece = pieceOf(offsets, a.offsets.dim[0] - 1, a.x.dim[0], slot);
  if (col >= d || piece.begin >= piece.end) return;
  const Pooled result = pooled(x + col, a.x.stride[0], piece, isFirst(slot));
  values[ulong(slot) * d + col] = result.value;
  if (fn == op::SegmentPool::kMax) rows[ulong(slot) * d + col] = result.row;
}

[[max_total_threads_per_threadgroup(kSegmentThreads)]] kernel void segment_pool(
    constant op::SegmentPool& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const uint* offsets [[buffer(2)]], device float* y [[buffer(3)]], device int* index [[buffer(4)]],
    device const float* values [[buffer(5)]], device const uint* rows [[buffer(6)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]]) {
  const uint d = a.x.dim[1], sequences = a.offsets.dim[0] - 1;
  const uint col = group.x * kSegmentColumns + at.x, number = group.y * kSegmentRows + at.y;
  if (col == 0) checkOffset(offsets, a.offsets.dim[0], a.x.dim[0], number, fault);
  if (col >= d || number >= a.y.dim[0]) return;

  const Segment segment = segmentOf(offsets, sequences, a.x.dim[0], number);
  const uint count = segment.end - segment.begin;
  device const float* column = x + col;
  const long stride = a.x.stride[0];
  Pooled result{0.0f, 0};
  if (count > 0 && fn == op::SegmentPool::kLast) {
    result.value = column[long(segment.end - 1) * stride];
  } else if (count > kPieceRows) {
    result = start(column, stride, segment, true);
    for (uint row = segment.begin; row < segment.end; row += kPieceRows) {
      const ulong from = ulong(slotOf(segment, row)) * d + col;
      result = joined(result, Pooled{values[from], fn == op::SegmentPool::kMax ? rows[from] : 0});
    }
  } else if (count > 0) {
    result = pooled(column, stride, segment, true);
  }
  const ulong to = ulong(number) * d + col;
  y[to] = fn == op::SegmentPool::kMean && count > 0 ? result.value / float(count) : result.value;
  if (a.index.given) index[to] = fn == op::SegmentPool::kMax && count > 0 ? int(result.row) : -1;
}
