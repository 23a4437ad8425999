// iota: y[i] = i.   y: i32 [count].   Bound by memory.
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void iota(const op::Iota& a, Parallel& p) {
  p.chunks(a.y.count(), 65536, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) a.y.i32()[i] = static_cast<int32_t>(i);
  });
}

}  // namespace vmm::cpu::VMM_ISA
