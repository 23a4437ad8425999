// softmax_grad: dx = y * (g - sum(g * y)), and for log: dx = g - exp(y) * sum(g).
// y, g (upstream), dx: [..., n]. Bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void softmax_grad(const op::SoftmaxGrad& a, Parallel& p) {
  const int64_t cols = a.y.cols();
  p.chunks(a.y.rows(), rowsPerChunk(cols, 16384), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* y = a.y.f32() + row * cols;
      const float* g = a.upstream.f32() + row * cols;
      float* dx = a.dx.f32() + row * cols;
      const vf sum = splat(sumRow(cols, [&](int64_t i, int64_t n) {
        const vf up = loadUpTo(g + i, n);
        return a.log ? up : up * loadUpTo(y + i, n);
      }));
      for (int64_t i = 0; i < cols; i += W) {
        const int64_t n = cols - i;
        const vf up = loadUpTo(g + i, n), out = loadUpTo(y + i, n);
        storeUpTo(dx + i, a.log ? up - vexp(out) * sum : out * (up - sum), n);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
