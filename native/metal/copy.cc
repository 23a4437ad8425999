#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Copy::kThreads == kTileThreads);

void copy(op::Copy& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.x});
  const Tiles tiles = tilesOf(a.y, {&a.x});
  encoder.dispatch({"copy",
                    {static_cast<int32_t>(bytesOf(a.y.dtype)), tiles.tall, tiles.steps},
                    tiles.groups,
                    tiles.threads});
}

}  // namespace vmm::metal
