// binary: y = a fn b with NumPy's broadcasting.   a, b: f32, any strides; y: f32, row-major.
// Comparisons give 0 or 1. Moves up to 12 bytes per element; all but pow are bound by memory.
#include "native/cpu/elementwise.h"
#include "native/cpu/math.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

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

}  // namespace

void binary(const op::Binary& a, Parallel& p) {
  switch (static_cast<op::Binary::Fn>(a.fn)) {
#define VMM_CASE(Name, value) \
  case op::Binary::k##Name:   \
    return mapElements<Name>(a.y, {&a.a, &a.b}, p);
    VMM_BINARY_FNS(VMM_CASE)
#undef VMM_CASE
  }
}

}  // namespace vmm::cpu::VMM_ISA
