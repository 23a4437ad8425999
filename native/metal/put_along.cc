#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void put_along(op::PutAlong& a, Encoder& encoder) {
  using Sizes = sizes::PutAlong;
  // Indices are looked at even where there is nothing to write.
  const uint32_t across = std::max(divideUp(a.y.dim[1], Sizes::kCols), 1u);
  badIndex("put_along", "index", a.index, a.y.dim[1], " … ", encoder);
  encoder.dispatch(
      {"put_along", {}, {across, divideUp(a.x.dim[0], Sizes::kRows), 1}, {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
