#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Binary::kThreads == kTileThreads);

void binary(op::Binary& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.a, &a.b});
  const Tiles tiles = tilesOf(a.y, {&a.a, &a.b});
  encoder.dispatch({"binary", {a.fn, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
