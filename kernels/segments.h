// Neighbouring rows that belong together: segment s has rows first[s] … first[s + 1]. The sum of a segment of
// more than 64 rows is made of pieces of 64 rows, each by its own threads, and then of the pieces in order;
// so its order depends on the length of the segment alone. A thread has a column; a threadgroup 128 columns
// of 2 segments or pieces.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant constexpr uint kSegmentThreads = 256;
constant constexpr uint kSegmentColumns = 128;
constant constexpr uint kSegmentRows = 2;  // segments or pieces of a threadgroup
constant constexpr uint kPieceRows = 64;

struct Segment {
  uint begin, end;
};

// Segments beyond the last are empty; bounds are taken as far as they make sense.
inline Segment segmentOf(device const uint* first, uint segments, uint rows, uint number) {
  if (number >= segments) return Segment{rows, rows};
  const uint begin = min(first[number], rows);
  return Segment{begin, min(max(first[number + 1], begin), rows)};
}

// Offsets begin with 0, never fall and stay within the rows; the position of one that does not is reported.
inline void checkOffset(device const uint* first, uint count, uint rows, uint at, device atomic_uint* fault) {
  if (at >= count) return;
  const uint least = at == 0 ? 0 : first[at - 1], most = at == 0 ? 0 : rows;
  if (first[at] < least || first[at] > most) atomic_fetch_min_explicit(fault, at, memory_order_relaxed);
}

// The segment that has a row, if any has; else the last that begins before it.
inline uint segmentWith(device const uint* first, uint segments, uint row) {
  uint number = 0;
  for (uint step = 1u << (31 - clz(segments | 1)); step > 0; step /= 2)
    if (number + step < segments && first[number + step] <= row) number += step;
  return number;
}

// Pieces of long segments have slots, of which there are two for each 64 rows: one for a segment that begins
// there, and one for a later piece.
inline uint slotOf(Segment segment, uint row) {
  return row / kPieceRows * 2 + (row == segment.begin ? 1 : 0);
}
inline bool isFirst(uint slot) { return slot % 2 == 1; }
inline bool isLong(Segment segment) { return segment.end - segment.begin > kPieceRows; }

// The rows of the piece of a slot; where there is none its end is not beyond its begin.
inline Segment pieceOf(device const uint* first, uint segments, uint rows, uint slot) {
  const uint from = slot / 2 * kPieceRows;
  // A long segment that begins within these 64 rows goes on after them.
  const uint inside = isFirst(slot) ? from + kPieceRows : from;
  const Segment segment = segmentOf(first, segments, rows, segmentWith(first, segments, inside));
  const uint pieces =
      isFirst(slot) ? 0 : (max(inside, segment.begin) - segment.begin + kPieceRows - 1) / kPieceRows;
  const uint begin = segment.begin + pieces * kPieceRows;
  if (!isLong(segment) || slotOf(segment, begin) != slot) return Segment{0, 0};
  return Segment{begin, min(begin + kPieceRows, segment.end)};
}

inline float sumPieces(device const float* sums, uint d, uint col, Segment segment) {
  float sum = 0.0f;
  for (uint row = segment.begin; row < segment.end; row += kPieceRows)
    sum += sums[ulong(slotOf(segment, row)) * d + col];
  return sum;
}
