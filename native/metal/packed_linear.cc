#include "native/metal/product.h"

namespace vmm::metal {

void packed_linear(op::PackedLinear& a, Encoder& encoder) {
  if (a.weight.dtype == DType::bf16 && !inWords(a.weight)) return encoder.refuse();
  const int64_t rows = a.x.dim[0], out = a.y.dim[1];
  const ProductTiles tiles = productTiles(rows, out, 1);
  encoder.dispatch({"packed_linear",
                    {tiles.small, static_cast<int32_t>(a.weight.dtype), static_cast<int32_t>(a.bias.dtype),
                     a.epilogue, a.compute == op::PackedLinear::kBf16},
                    {divideUp(rows, tiles.height), divideUp(out, tiles.width), 1},
                    {sizes::headers::Product::kProductThreads, 1, 1}});
}

}  // namespace vmm::metal
