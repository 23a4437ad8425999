#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/segments.h"

namespace vmm::metal {

void segment_pool(op::SegmentPool& a, Encoder& encoder) {
  const int64_t rows = a.x.dim[0], d = a.x.dim[1], sequences = a.y.dim[0];
  badSegments("segment_pool", a.offsets, rows, {}, UINT32_MAX, encoder);
  encoder.scratch(pieceBytes(rows, d));
  encoder.scratch(a.fn == op::SegmentPool::kMax ? pieceBytes(rows, d) : 0);
  if (a.fn != op::SegmentPool::kLast)
    encoder.dispatch({"segment_pool_pieces", {a.fn}, pieceGroups(rows, d), kSegmentThreads});
  // Offsets are looked at as well, of which there is one more, where there are no columns too.
  const Size groups = segmentGroups(std::max(sequences, a.offsets.dim[0]), std::max<int64_t>(d, 1));
  encoder.dispatch({"segment_pool", {a.fn}, groups, kSegmentThreads});
}

}  // namespace vmm::metal
