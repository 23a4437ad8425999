#include "native/metal/faults.h"
#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Gather::kThreads == kTileThreads);

void gather(op::Gather& a, Encoder& encoder) {
  const Tiles tiles = tilesOf(a.y, {});
  badIndex("gather", "index", a.index, a.x.dim[0], " … ", encoder);
  encoder.dispatch({"gather",
                    {static_cast<int32_t>(bytesOf(a.y.dtype)), tiles.tall, tiles.steps},
                    tiles.groups,
                    tiles.threads});
}

}  // namespace vmm::metal
