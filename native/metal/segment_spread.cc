#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void segment_spread(op::SegmentSpread& a, Encoder& encoder) {
  using Sizes = sizes::SegmentSpread;
  const int64_t rows = a.y.dim[0], d = a.y.dim[1];
  const uint32_t down = Sizes::kThreads / Sizes::kCols;
  badSegments("segment_spread", a.offsets, rows, a.index, Sizes::kIndexFault, encoder);
  const int64_t checked = std::max(a.offsets.dim[0], a.index ? a.index.count() : 0);
  encoder.dispatch(
      {"segment_spread_check", {a.fn}, {divideUp(checked, Sizes::kThreads), 1, 1}, {Sizes::kThreads, 1, 1}});
  encoder.dispatch({"segment_spread",
                    {a.fn},
                    {divideUp(d, Sizes::kCols), divideUp(rows, down * Sizes::kRows), 1},
                    {Sizes::kCols, down, 1}});
}

}  // namespace vmm::metal
