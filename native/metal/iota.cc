#include "native/metal/launch.h"

namespace vmm::metal {

void iota(op::Iota& a, Encoder& encoder) {
  using Sizes = sizes::Iota;
  encoder.dispatch({"iota", {}, {divideUp(a.y.dim[0], Sizes::kElements), 1, 1}, {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
