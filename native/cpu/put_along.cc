// put_along: y[r, i] = the sum of x[r, j] over the j with index[r, j] = i, in order of j.
// x [rows, k], rows at a stride; index [rows, k]; y [rows, size].
// Writes rows * size floats; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void put_along(const op::PutAlong& a, Parallel& p) {
  const int64_t k = a.index.dim[1], size = a.y.dim[1];
  if (!checkIndices("put_along", "index", a.index, 0, size, p)) return;
  p.chunks(a.index.dim[0], 1 + 32768 / (k + size + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      float* y = a.y.f32() + row * size;
      std::memset(y, 0, static_cast<size_t>(size) * 4);
      for (int64_t j = 0; j < k; ++j) y[a.index.i32()[row * k + j]] += a.x.f32()[row * a.x.stride[0] + j];
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
