#include "native/metal/faults.h"
#include "native/metal/product.h"

namespace vmm::metal {

void linear_grad_weight(op::LinearGradWeight& a, Encoder& encoder) {
  using Sizes = sizes::LinearGradWeight;
  const int64_t in = a.x.dim[1], out = a.upstream.dim[1], experts = a.expert ? a.weight.dim[0] : 1;
  const ProductTiles tiles = productTiles(out, in, experts);
  const std::vector<int32_t> constants = {tiles.small, a.compute == op::LinearGradWeight::kBf16};
  const auto each = static_cast<uint32_t>(experts);
  if (a.expert) {
    badExpert("linear_grad_weight", a.expert, experts, " ... ", encoder);
    listExperts("linear_grad_weight_experts", a.expert, experts, constants, encoder);
  }
  encoder.dispatch({"linear_grad_weight",
                    constants,
                    {divideUp(out, tiles.height), divideUp(in, tiles.width), each},
                    {sizes::headers::Product::kProductThreads, 1, 1}});
  if (a.bias)
    encoder.dispatch({"linear_grad_weight_bias",
                      constants,
                      {divideUp(out, Sizes::kBiasCols), each, 1},
                      {Sizes::kBiasThreads, 1, 1}});
}

}  // namespace vmm::metal
