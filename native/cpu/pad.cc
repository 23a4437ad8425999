// pad: y = zeros, with x at `before` along `axis`.   x: any strides; y: x grown along one axis.
// Moves (count(x) + count(y)) * 4 bytes; bound by memory.
#include "native/cpu/kernel.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void pad(const op::Pad& a, Parallel& p) {
  const View &x = a.x, &y = a.y;
  const int last = y.rank - 1;
  const int64_t cols = y.dim[last], step = x.stride[last];
  const int64_t inner = last == a.axis ? a.before : 0;
  p.chunks(y.rows(), 1 + 16384 / (cols + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      float* to = y.f32() + row * cols;
      int64_t offset = 0, rest = row;
      bool inside = true;
      for (int axis = last - 1; axis >= 0; --axis) {
        const int64_t at = rest % y.dim[axis] - (axis == a.axis ? a.before : 0);
        rest /= y.dim[axis];
        inside = inside && at >= 0 && at < x.dim[axis];
        offset += at * x.stride[axis];
      }
      std::memset(to, 0, static_cast<size_t>(cols) * 4);
      if (!inside) continue;
      const float* from = x.f32() + offset;
      for (int64_t i = 0; i < x.dim[last]; ++i) to[inner + i] = from[i * step];
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
