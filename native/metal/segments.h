// Grids of the kernels that use kernels/segments.h.
#pragma once
#include "native/metal/launch.h"

namespace vmm::metal {

using SegmentSizes = sizes::headers::Segments;
inline constexpr Size kSegmentThreads{SegmentSizes::kSegmentColumns, SegmentSizes::kSegmentRows, 1};
static_assert(SegmentSizes::kSegmentColumns * SegmentSizes::kSegmentRows == SegmentSizes::kSegmentThreads);

inline Size segmentGroups(int64_t segments, int64_t d) {
  return {divideUp(d, SegmentSizes::kSegmentColumns), divideUp(segments, SegmentSizes::kSegmentRows), 1};
}

// Slots of pieces, and the memory that their results take.
inline int64_t pieceSlots(int64_t rows) { return int64_t{2} * divideUp(rows, SegmentSizes::kPieceRows); }
inline Size pieceGroups(int64_t rows, int64_t d) { return segmentGroups(pieceSlots(rows), d); }
inline size_t pieceBytes(int64_t rows, int64_t d) { return static_cast<size_t>(pieceSlots(rows) * d) * 4; }

}  // namespace vmm::metal
