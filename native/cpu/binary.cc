// binary: y = a fn b with NumPy's broadcasting.   a, b: f32, any strides; y: f32, row-major.
// Comparisons give 0 or 1. Moves up to 12 bytes per element; all but pow are bound by memory.
#include "native/cpu/binary_fns.h"
#include "native/cpu/elementwise.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void binary(const op::Binary& a, Parallel& p) {
  switch (static_cast<op::Binary::Fn>(a.fn)) {
#define VMM_CASE(Name, value) \
  case op::Binary::k##Name:   \
    return mapElements<binary_fns::Name>(a.y, {&a.a, &a.b}, p);
    VMM_BINARY_FNS(VMM_CASE)
#undef VMM_CASE
  }
}

}  // namespace vmm::cpu::VMM_ISA
