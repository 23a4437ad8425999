#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Cast::kThreads == kTileThreads);

void cast(op::Cast& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.x});
  const Tiles tiles = tilesOf(a.y, {&a.x});
  encoder.dispatch(
      {"cast",
       {static_cast<int32_t>(a.x.dtype), static_cast<int32_t>(a.y.dtype), tiles.tall, tiles.steps},
       tiles.groups,
       tiles.threads});
}

}  // namespace vmm::metal
