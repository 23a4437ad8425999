// take_along: y[r, j] = x[r, index[r, j]].   x [rows, n], rows at a stride; index, y [rows, k].
// Moves 3 * rows * k elements; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void take_along(const op::TakeAlong& a, Parallel& p) {
  const int64_t k = a.index.dim[1];
  if (!checkIndices("take_along", "index", a.index, 0, a.x.dim[1], p)) return;
  p.chunks(a.index.dim[0], 1 + 16384 / (k + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t i = row * k; i < (row + 1) * k; ++i)
        a.y.f32()[i] = a.x.f32()[row * a.x.stride[0] + a.index.i32()[i]];
  });
}

}  // namespace vmm::cpu::VMM_ISA
