// softmax: y = exp(x - max) / sum, or with log: y = x - max - log(sum), over the last axis.   x, y: [..., n].
// One exponential per element; bound by that and by memory, and the next row is on its way meanwhile.
#include "native/cpu/kernel.h"
#include "native/cpu/math.h"
#include "native/cpu/power.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void softmax(const op::Softmax& a, Parallel& p) {
  const int64_t cols = a.x.cols();
  if (cols == 0) return;
  const vf lowest = splat(-__builtin_inff());
  p.chunks(a.x.rows(), rowsPerChunk(cols, 16384), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * cols;
      float* y = a.y.f32() + row * cols;
      const float top = maxRow(
          cols, [&](int64_t i, int64_t n) { return choose(firstLanes(n), loadUpTo(x + i, n), lowest); });
      if (top == -__builtin_inff()) {
        // NaN is not above -Infinity either: it must come out as NaN.
        for (int64_t i = 0; i < cols; ++i) y[i] = x[i] == top ? (a.log ? top : 0.0f) : x[i];
        continue;
      }
      const vf max = splat(top);
      const float sum = sumRow(cols, [&](int64_t i, int64_t n) {
        __builtin_prefetch(x + i + cols);
        const vf e = choose(firstLanes(n), powerOfE(loadUpTo(x + i, n) - max), vf{});
        if (!a.log) storeUpTo(y + i, e, n);
        return e;
      });
      const vf last = a.log ? vlog(splat(sum)) : splat(1 / sum);
      for (int64_t i = 0; i < cols; i += W) {
        const int64_t n = cols - i;
        storeUpTo(y + i, a.log ? loadUpTo(x + i, n) - max - last : loadUpTo(y + i, n) * last, n);
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
