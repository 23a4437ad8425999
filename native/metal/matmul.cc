#include "native/metal/product.h"

namespace vmm::metal {

void matmul(op::Matmul& a, Encoder& encoder) {
  const int last = a.y.rank - 1;
  const int64_t m = a.y.dim[last - 1], n = a.y.dim[last];
  int64_t matrices = 1;
  for (int axis = 0; axis < last - 1; ++axis) matrices *= a.y.dim[axis];
  const ProductTiles tiles = productTiles(m, n, matrices);
  const bool leftAcross = a.a.stride[last] != 1 && a.a.stride[last - 1] == 1;
  const bool rightAcross = a.b.stride[last - 1] != 1 || a.b.stride[last] == 1;
  encoder.dispatch({"matmul",
                    {tiles.small, static_cast<int32_t>(a.a.dtype), static_cast<int32_t>(a.b.dtype),
                     a.compute == op::Matmul::kBf16, leftAcross, rightAcross},
                    {divideUp(m, tiles.height), divideUp(n, tiles.width), static_cast<uint32_t>(matrices)},
                    {sizes::headers::Product::kProductThreads, 1, 1}});
}

}  // namespace vmm::metal
