#include "native/metal/norm_grad.h"

namespace vmm::metal {

void rms_norm_grad(op::RmsNormGrad& a, Encoder& encoder) {
  normGrad(VMM_NORM_GRAD_KERNELS(rms_norm_grad), a.x, a.weight, a.expert, a.dWeight ? 1 : 0, encoder);
}

}  // namespace vmm::metal
