// Launches of the sort in kernels/sort_rows.h.
#pragma once
#include "native/metal/launch.h"

namespace vmm::metal {

struct SortKernels {
  const char *count, *scan, *place, *bounds;
};
#define VMM_SORT_KERNELS(op) \
  ::vmm::metal::SortKernels { #op "_count", #op "_scan", #op "_place", #op "_bounds" }

// Sorts rows by a key below `keys`. Asks for four blocks of scratch: two orders, counts and bounds. The first
// of the constants counts passes; afterwards it says in which of the orders the rows are.
void sortRows(const SortKernels& kernels, int64_t rows, int64_t keys, std::vector<int32_t>& constants,
              Encoder& encoder);

}  // namespace vmm::metal
