// unary: y = fn(x), element by element.   x: f32, any strides; y: f32, row-major.
// Moves 8 bytes per element; simple functions are bound by memory, exp and its kind cost about 20 operations.
#include "native/cpu/elementwise.h"
#include "native/cpu/unary_fns.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void unary(const op::Unary& a, Parallel& p) {
  switch (static_cast<op::Unary::Fn>(a.fn)) {
#define VMM_CASE(Name)     \
  case op::Unary::k##Name: \
    return mapElements<unary_fns::Name>(a.y, {&a.x}, p);
    VMM_UNARY_FNS(VMM_CASE)
#undef VMM_CASE
  }
}

}  // namespace vmm::cpu::VMM_ISA
