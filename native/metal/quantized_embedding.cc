#include "native/metal/faults.h"
#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::QuantizedEmbedding::kThreads == kTileThreads);

void quantized_embedding(op::QuantizedEmbedding& a, Encoder& encoder) {
  const Tiles tiles = tilesOf(a.y, {});
  badIndex("quantized_embedding", "ids", a.ids, a.quants.dim[0], " … ", encoder);
  encoder.dispatch({"quantized_embedding", {tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
