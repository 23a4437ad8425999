#include <algorithm>

#include "native/metal/faults.h"
#include "native/metal/product.h"

namespace vmm::metal {

void linear(op::Linear& a, Encoder& encoder) {
  const int64_t rows = a.x.dim[0], out = a.y.dim[1], experts = a.weight.rank == 3 ? a.weight.dim[0] : 1;
  if (rows == 0) return;
  const ProductTiles tiles = productTiles(divideUp(rows, std::max<int64_t>(experts, 1)), out, experts);
  const bool across = a.weight.stride[a.weight.rank - 1] != 1 && a.weight.stride[a.weight.rank - 2] == 1;
  const std::vector<int32_t> constants = {
      tiles.small, static_cast<int32_t>(a.weight.dtype), static_cast<int32_t>(a.bias.dtype),
      a.epilogue,  a.compute == op::Linear::kBf16,       across};
  uint32_t pieces = divideUp(rows, tiles.height);
  if (a.expert) {
    pieces += static_cast<uint32_t>(experts);
    badExpert("linear", a.expert, experts, " ... ", encoder);
    listExperts("linear_experts", a.expert, experts, constants, encoder);
  }
  encoder.dispatch({"linear",
                    constants,
                    {pieces, divideUp(out, tiles.width), 1},
                    {sizes::headers::Product::kProductThreads, 1, 1}});
}

}  // namespace vmm::metal
