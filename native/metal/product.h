// Launches of kernels that make products on simdgroup_matrix (kernels/product.h).
#pragma once
#include "native/metal/launch.h"

namespace vmm::metal {

// The tiles of `matrices` products of rows x cols. Sums are the same in small and in large ones.
struct ProductTiles {
  int32_t small;
  uint32_t height, width;
};
ProductTiles productTiles(int64_t rows, int64_t cols, int64_t matrices);

// Whether a kernel may read or write a tensor of narrower numbers by words. A weight lies wherever its file
// has it.
inline bool inWords(const View& view) { return reinterpret_cast<uintptr_t>(view.data) % 4 == 0; }

// Lists the rows of each expert (kernels/rows_by_expert.h): two pieces of scratch, and a dispatch of
// `kernel`.
void listExperts(const char* kernel, const View& expert, int64_t experts,
                 const std::vector<int32_t>& constants, Encoder& encoder);

}  // namespace vmm::metal
