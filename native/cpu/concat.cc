// concat: y = x0, x1, ... one after another along `axis`.   xi: any strides, any one type; y: row-major.
// Moves 2 * count(y) * bytes; bound by memory.
#include "native/cpu/strided_copy.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void concat(const op::Concat& a, Parallel& p) {
  const View* inputs[] = {&a.x0, &a.x1, &a.x2, &a.x3, &a.x4, &a.x5, &a.x6, &a.x7};
  int64_t at = 0;
  for (const View* x : inputs) {
    if (!*x) continue;
    View window = *x;
    for (int i = 0; i < a.y.rank; ++i) window.stride[i] = a.y.stride[i];
    window.data = a.y.as<char>() + at * a.y.stride[a.axis] * bytesOf(a.y.dtype);
    copyStrided(window, *x, p);
    at += x->dim[a.axis];
  }
}

}  // namespace vmm::cpu::VMM_ISA
