// Launches of the gradients of norms, as kernels/norm_grad.h shares them out.
#pragma once
#include "native/metal/sort_rows.h"

namespace vmm::metal {

struct NormGradKernels {
  const char *op, *sums;
  SortKernels sort;
};
#define VMM_NORM_GRAD_KERNELS(name) \
  ::vmm::metal::NormGradKernels { #name, #name "_sums", VMM_SORT_KERNELS(name) }

// `gradients`: how many of weights are asked for.
void normGrad(const NormGradKernels& kernels, const View& x, const View& weight, const View& expert,
              int gradients, Encoder& encoder);

}  // namespace vmm::metal
