#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Unary::kThreads == kTileThreads);

void unary(op::Unary& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.x});
  const Tiles tiles = tilesOf(a.y, {&a.x});
  encoder.dispatch({"unary", {a.fn, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
