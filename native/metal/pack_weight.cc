#include "native/metal/product.h"

namespace vmm::metal {

void pack_weight(op::PackWeight& a, Encoder& encoder) {
  using Sizes = sizes::PackWeight;
  if (a.packed.dtype == DType::bf16 && !inWords(a.packed)) return encoder.refuse();
  const bool across = a.weight.stride[1] != 1 && a.weight.stride[0] == 1;
  encoder.dispatch({"pack_weight",
                    {static_cast<int32_t>(a.weight.dtype), across},
                    {divideUp(a.weight.dim[1], Sizes::kInputs), static_cast<uint32_t>(a.packed.dim[0]), 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
