#include "native/metal/product.h"

namespace vmm::metal {

void quantized_linear(op::QuantizedLinear& a, Encoder& encoder) {
  using Sizes = sizes::QuantizedLinear;
  if (!inWords(a.quants)) return encoder.refuse();
  const int64_t rows = a.x.dim[0], blocks = a.x.dim[1] / Sizes::kBlock, out = a.y.dim[1];
  const ProductTiles tiles = productTiles(rows, out, 1);
  const std::vector<int32_t> constants = {tiles.small, a.quants.dtype == DType::u8,
                                          static_cast<int32_t>(a.bias.dtype), a.epilogue};
  encoder.scratch(static_cast<size_t>(rows * blocks) * Sizes::kBlock);
  encoder.scratch(static_cast<size_t>(rows * blocks) * 4);
  encoder.dispatch({"quantized_linear_rows",
                    constants,
                    {divideUp(a.x.dim[1], Sizes::kThreads * 4), static_cast<uint32_t>(rows), 1},
                    {Sizes::kThreads, 1, 1}});
  encoder.dispatch({"quantized_linear",
                    constants,
                    {divideUp(rows, tiles.height), divideUp(out, tiles.width), 1},
                    {sizes::headers::Product::kProductThreads, 1, 1}});
}

}  // namespace vmm::metal
