// select: y = condition != 0 ? a : b with NumPy's broadcasting.   All f32, any strides; y row-major.
// Moves up to 16 bytes per element; bound by memory.
#include "native/cpu/elementwise.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

struct Select {
  static VMM_INLINE vf f(vf condition, vf a, vf b) { return choose(condition != vf{}, a, b); }
};

}  // namespace

void select(const op::Select& a, Parallel& p) { mapElements<Select>(a.y, {&a.condition, &a.a, &a.b}, p); }

}  // namespace vmm::cpu::VMM_ISA
