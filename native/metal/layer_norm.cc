#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void layer_norm(op::LayerNorm& a, Encoder& encoder) {
  using Sizes = sizes::LayerNorm;
  const int64_t rows = a.x.dim[0];
  const bool wide = a.x.dim[1] > Sizes::kLongRow;
  const int64_t experts = a.weight.rank == 2 ? a.weight.dim[0] : 1;
  if (experts == 0) return encoder.refuse();
  badExpert("layer_norm", a.expert, experts, " to ", encoder);
  encoder.dispatch({"layer_norm",
                    {wide, static_cast<int32_t>(a.weight.dtype), static_cast<int32_t>(a.bias.dtype)},
                    {divideUp(rows, wide ? 1 : Sizes::kRows), 1, 1},
                    {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
