#include "native/metal/norm_grad.h"

namespace vmm::metal {

void layer_norm_grad(op::LayerNormGrad& a, Encoder& encoder) {
  normGrad(VMM_NORM_GRAD_KERNELS(layer_norm_grad), a.x, a.weight, a.expert,
           (a.dWeight ? 1 : 0) + (a.dBias ? 1 : 0), encoder);
}

}  // namespace vmm::metal
