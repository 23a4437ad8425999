// segment_spread: y[r] = x[s] for the rows r of sequence s: all of them (copy), divided by their number
// (mean), the last alone, or element by element the row that index[s] names (max). Other rows are zero. x:
// f32 [sequences, d], rows at a stride; offsets: i32 [sequences + 1]; index: i32 [sequences, d]; y [rows, d].
// A threadgroup covers 32 rows of 128 columns; a thread 16 of them, and looks for a sequence where one ends.
// Moves 4 bytes per element of y. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G
// elements/s, bound by memory.
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/segments.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kCols = 128;
constant constexpr uint kRows = 16;  // of a thread
constant constexpr uint kIndexFault = 1073741824;

constant int fn [[function_constant(0)]];

[[max_total_threads_per_threadgroup(kThreads)]] kernel void segment_spread_check(
    constant op::SegmentSpread& a [[buffer(0)]], device const uint* offsets [[buffer(2)]],
    device const int* index [[buffer(4)]], device atomic_uint* fault [[buffer(30)]],
    uint at [[thread_position_in_grid]]) {
  const uint rows = a.y.dim[0];
  checkOffset(offsets, a.offsets.dim[0], rows, at, fault);
  if (!a.index.given || at >= a.index.dim[0] * a.index.dim[1]) return;
  // -1 becomes the row before the first.
  if (uint(index[at]) + 1 > rows) atomic_fetch_min_explicit(fault, kIndexFault + at, memory_order_relaxed);
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void segment_spread(
    constant op::SegmentSpread& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const uint* offsets [[buffer(2)]], device const int* index [[buffer(4)]],
    device float* y [[buffer(5)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 at [[thread_position_in_threadgroup]], uint2 threads [[threads_per_threadgroup]]) {
  const uint rows = a.y.dim[0], d = a.y.dim[1], sequences = a.offsets.dim[0] - 1;
  const uint col = group.x * kCols + at.x, from = (group.y * threads.y + at.y) * kRows;
  if (col >= d) return;
  Segment segment{0, 0};
  float value = 0.0f;
  int chosen = 0;
  for (uint row = from; row < min(from + kRows, rows); ++row) {
    if (row >= segment.end) {
      const uint number = segmentWith(offsets, sequences, row);
      segment = segmentOf(offsets, sequences, rows, number);
      const bool there = row < segment.end && number < a.x.dim[0];
      value = there ? x[long(number) * a.x.stride[0] + col] : 0.0f;
      if (there && fn == op::SegmentSpread::kMean) value /= float(segment.end - segment.begin);
      if (there && fn == op::SegmentSpread::kMax) chosen = index[ulong(number) * d + col];
      if (fn == op::SegmentSpread::kLast) chosen = int(segment.end) - 1;
    }
    const bool every = fn == op::SegmentSpread::kCopy || fn == op::SegmentSpread::kMean;
    y[ulong(row) * d + col] = every || chosen == int(row) ? value : 0.0f;
  }
}
