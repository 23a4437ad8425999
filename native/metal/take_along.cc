#include "native/metal/faults.h"
#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::TakeAlong::kThreads == kTileThreads);

void take_along(op::TakeAlong& a, Encoder& encoder) {
  const Tiles tiles = tilesOf(a.y, {});
  badIndex("take_along", "index", a.index, a.x.dim[1], " … ", encoder);
  encoder.dispatch({"take_along", {tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
