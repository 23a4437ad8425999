#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::UnaryGrad::kThreads == kTileThreads);

void unary_grad(op::UnaryGrad& a, Encoder& encoder) {
  mergeAxes(a.y, {&a.x, &a.upstream});
  const Tiles tiles = tilesOf(a.y, {&a.x, &a.upstream});
  encoder.dispatch({"unary_grad", {a.fn, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
