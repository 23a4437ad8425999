#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Select::kThreads == kTileThreads);

void select(op::Select& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.condition, &a.a, &a.b});
  const Tiles tiles = tilesOf(a.y, {&a.condition, &a.a, &a.b});
  encoder.dispatch({"select", {tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
