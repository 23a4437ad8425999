#include "native/metal/faults.h"
#include "native/metal/merge.h"

namespace vmm::metal {

void cross_entropy_grad(op::CrossEntropyGrad& a, Encoder& encoder) {
  badTarget("cross_entropy_grad", a.targets, a.logits.dim[1], a.ignoreIndex, encoder);
  const Tiles tiles = tilesOf(a.dLogits, {&a.logits});
  encoder.dispatch({"cross_entropy_grad", {tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
}

}  // namespace vmm::metal
