#include "native/metal/launch.h"

namespace vmm::metal {

void fill(op::Fill& a, Encoder& encoder) {
  using Sizes = sizes::Fill;
  encoder.dispatch({"fill",
                    {static_cast<int32_t>(a.y.dtype)},
                    {divideUp(a.y.dim[0], Sizes::kElements), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
