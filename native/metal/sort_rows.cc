#include "native/metal/sort_rows.h"

namespace vmm::metal {

void sortRows(const SortKernels& kernels, int64_t rows, int64_t keys, std::vector<int32_t>& constants,
              Encoder& encoder) {
  using Sizes = sizes::headers::SortRows;
  const Size threads{Sizes::kDigits, 1, 1};
  const uint32_t blocks = divideUp(rows, Sizes::kSortRows);
  encoder.scratch(static_cast<size_t>(rows) * 4);
  encoder.scratch(static_cast<size_t>(rows) * 4);
  encoder.scratch(static_cast<size_t>(blocks) * Sizes::kDigits * 4);
  encoder.scratch(static_cast<size_t>(keys + 1) * 4);
  int32_t& pass = constants.front();
  for (pass = 0; pass == 0 || (keys - 1) >> (pass * Sizes::kDigitBits) > 0; ++pass) {
    encoder.dispatch({kernels.count, constants, {blocks, 1, 1}, threads});
    encoder.dispatch({kernels.scan, constants, {1, 1, 1}, threads});
    encoder.dispatch({kernels.place, constants, {blocks, 1, 1}, threads});
  }
  encoder.dispatch({kernels.bounds, constants, {divideUp(keys + 1, Sizes::kDigits), 1, 1}, threads});
}

}  // namespace vmm::metal
