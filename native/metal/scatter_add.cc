#include "native/metal/faults.h"
#include "native/metal/segments.h"
#include "native/metal/sort_rows.h"

namespace vmm::metal {

void scatter_add(op::ScatterAdd& a, Encoder& encoder) {
  const int64_t rows = a.x.dim[0], size = a.y.dim[0], d = a.x.dim[1];
  badIndex("scatter_add", "index", a.index, size, " … ", encoder);
  std::vector<int32_t> constants = {0};
  sortRows(VMM_SORT_KERNELS(scatter_add), rows, size, constants, encoder);
  encoder.scratch(pieceBytes(rows, d));
  encoder.dispatch({"scatter_add_pieces", constants, pieceGroups(rows, d), kSegmentThreads});
  encoder.dispatch({"scatter_add", constants, segmentGroups(size, d), kSegmentThreads});
}

}  // namespace vmm::metal
