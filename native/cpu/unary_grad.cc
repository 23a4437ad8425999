// unary_grad: y = upstream * fn'(x), element by element.   x, upstream: f32, any strides; y: f32, row-major.
// Moves 12 bytes per element.
#include "native/cpu/elementwise.h"
#include "native/cpu/unary_fns.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

template <class Fn>
struct Chain {
  static VMM_INLINE vf f(vf x, vf upstream) { return upstream * Fn::df(x); }
};

}  // namespace

void unary_grad(const op::UnaryGrad& a, Parallel& p) {
  switch (static_cast<op::UnaryGrad::Fn>(a.fn)) {
#define VMM_CASE(Name)         \
  case op::UnaryGrad::k##Name: \
    return mapElements<Chain<unary_fns::Name>>(a.y, {&a.x, &a.upstream}, p);
    VMM_UNARY_FNS(VMM_CASE)
#undef VMM_CASE
  }
}

}  // namespace vmm::cpu::VMM_ISA
