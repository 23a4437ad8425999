// copy: y = x, from any strides to row-major.   x, y: the same shape, any type.
// Moves 2 * count * bytes; bound by memory.
#include "native/cpu/strided_copy.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void copy(const op::Copy& a, Parallel& p) { copyStrided(a.y, a.x, p); }

}  // namespace vmm::cpu::VMM_ISA
