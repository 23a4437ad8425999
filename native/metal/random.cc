#include <cstdio>

#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Random::kThreads == kTileThreads);

void random(op::Random& a, Encoder& encoder) {
  if (!(a.seed >= 0 && a.seed < 0x1p53)) {
    char why[80];
    std::snprintf(why, sizeof(why), "random: seed is %g; expected 0 ... 2^53 - 1", a.seed);
    return encoder.refuse(why);
  }
  View counters = a.y;
  counters.dim[1] = divideUp(a.y.dim[1], sizes::Random::kWords);
  const Tiles tiles = tilesOf(counters, {});
  encoder.dispatch({"random", {a.kind, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
