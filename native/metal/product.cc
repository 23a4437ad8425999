#include "native/metal/product.h"

namespace vmm::metal {
namespace {

// Fewer large tiles leave most cores of a device without work.
constexpr int64_t kManyTiles = 16;
// So many rows take the weight from memory once and from caches the other times.
constexpr int64_t kFewRows = 32;

}  // namespace

ProductTiles productTiles(int64_t rows, int64_t cols, int64_t matrices) {
  using Sizes = sizes::headers::Product;
  constexpr int64_t kOutputs = int64_t{Sizes::kLargeRows} * Sizes::kLargeCols;
  const int64_t large = int64_t{divideUp(rows, Sizes::kLargeRows)} * divideUp(cols, Sizes::kLargeCols);
  const bool hollow = rows * cols * 2 < large * kOutputs;
  if (rows <= kFewRows || large * matrices < kManyTiles || hollow)
    return {1, Sizes::kSmallRows, Sizes::kSmallCols};
  return {0, Sizes::kLargeRows, Sizes::kLargeCols};
}

void listExperts(const char* kernel, const View& expert, int64_t experts,
                 const std::vector<int32_t>& constants, Encoder& encoder) {
  encoder.scratch(static_cast<size_t>(expert.dim[0]) * 4);
  encoder.scratch(static_cast<size_t>(experts + 1) * 4);
  encoder.dispatch({kernel,
                    constants,
                    {static_cast<uint32_t>(experts), 1, 1},
                    {sizes::headers::RowsByExpert::kListThreads, 1, 1}});
}

}  // namespace vmm::metal
