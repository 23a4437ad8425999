// The functions of `binary`. In the order of lib/ops/binary.ts.
#pragma once
#include "native/cpu/math.h"

namespace vmm::cpu::VMM_ISA::binary_fns {

VMM_INLINE vf truth(vi mask) { return choose(mask, splat(1.0f), vf{}); }

// _(name, y in terms of a and b)
#define VMM_BINARY_FNS(_) \
  _(Add, a + b)           \
  _(Sub, a - b)           \
  _(Mul, a* b)            \
  _(Div, a / b)           \
  _(Max, vmaximum(a, b))  \
  _(Min, vminimum(a, b))  \
  _(Pow, vpow(a, b))      \
  _(Eq, truth(a == b))    \
  _(Ne, truth(a != b))    \
  _(Lt, truth(a < b))     \
  _(Le, truth(a <= b))    \
  _(Gt, truth(a > b))     \
  _(Ge, truth(a >= b))

#define VMM_FN(Name, value)                              \
  struct Name {                                          \
    static VMM_INLINE vf f(vf a, vf b) { return value; } \
  };
VMM_BINARY_FNS(VMM_FN)
#undef VMM_FN

}  // namespace vmm::cpu::VMM_ISA::binary_fns
