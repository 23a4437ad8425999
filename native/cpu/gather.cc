// gather: y[r] = x[index[r]].   x [n, d] any type, rows at a stride; index [rows]; y [rows, d].
// Moves 2 * rows * d elements; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void gather(const op::Gather& a, Parallel& p) {
  const int64_t bytes = bytesOf(a.x.dtype), run = a.x.dim[1] * bytes, stride = a.x.stride[0] * bytes;
  if (!checkIndices("gather", "index", a.index, 0, a.x.dim[0], p)) return;
  p.chunks(a.index.dim[0], 1 + (1 << 17) / (run + 64), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row)
      std::memcpy(a.y.as<char>() + row * run, a.x.as<char>() + a.index.i32()[row] * stride,
                  static_cast<size_t>(run));
  });
}

}  // namespace vmm::cpu::VMM_ISA
