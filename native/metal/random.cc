#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Random::kThreads == kTileThreads);

void random(op::Random& a, Encoder& encoder) {
  if (!(a.seed >= 0 && a.seed < 0x1p53)) return encoder.refuse();
  View counters = a.y;
  counters.dim[1] = divideUp(a.y.dim[1], sizes::Random::kWords);
  const Tiles tiles = tilesOf(counters, {});
  encoder.dispatch({"random", {a.kind, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
