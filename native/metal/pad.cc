#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Pad::kThreads == kTileThreads);

void pad(op::Pad& a, Encoder& encoder) {
  const Tiles tiles = tilesOf(a.y, {&a.x});
  encoder.dispatch({"pad", {tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
