// embedding: y[r] = table[ids[r]] as f32.   table [vocab, d] f32, f16 or bf16, rows at a stride; ids [rows].
// Reads rows * d elements and writes as many floats; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void embedding(const op::Embedding& a, Parallel& p) {
  const int64_t d = a.table.dim[1];
  if (!checkIndices("embedding", "ids", a.ids, 0, a.table.dim[0], p)) return;
  p.chunks(a.ids.dim[0], 1 + (1 << 15) / (d + 16), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t from = a.ids.i32()[row] * a.table.stride[0];
      for (int64_t j = 0; j < d; j += W)
        storeUpTo(a.y.f32() + row * d + j, loadAny(a.table.data, a.table.dtype, from + j, d - j), d - j);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
