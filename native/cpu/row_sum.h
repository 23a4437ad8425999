// Sums of rows in a fixed order: blocks of 64 rows, then the sums of the blocks. Long sums stay accurate, and
// the order depends on nothing but the number of rows.
#pragma once
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// to = scale * the sum of rows row(0) … row(count-1), d columns each. row(i) gives a pointer.
template <class Row>
VMM_INLINE void sumRows(float* to, int64_t d, int64_t count, float scale, Row&& row) {
  for (int64_t j = 0; j < d; j += W) {
    vf total{};
    for (int64_t i = 0; i < count;) {
      const int64_t stop = i + 64 < count ? i + 64 : count;
      vf sum = loadUpTo(row(i) + j, d - j);
      for (++i; i < stop; ++i) sum = sum + loadUpTo(row(i) + j, d - j);
      total = total + sum;
    }
    storeUpTo(to + j, total * splat(scale), d - j);
  }
}

}  // namespace vmm::cpu::VMM_ISA
