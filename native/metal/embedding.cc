#include "native/metal/faults.h"
#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Embedding::kThreads == kTileThreads);

void embedding(op::Embedding& a, Encoder& encoder) {
  const Tiles tiles = tilesOf(a.y, {});
  badIndex("embedding", "ids", a.ids, a.table.dim[0], " … ", encoder);
  encoder.dispatch({"embedding",
                    {static_cast<int32_t>(a.table.dtype), tiles.tall, tiles.steps},
                    tiles.groups,
                    tiles.threads});
}

}  // namespace vmm::metal
