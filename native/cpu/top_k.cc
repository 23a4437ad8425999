// top_k: the k largest of each row, largest first, ties to the lower index, NaN last.
// x: [..., n], values and indices: [..., k]. Reads count(x) floats; a heap of k per worker.
#include "native/cpu/kernel.h"
#include "native/cpu/top.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void top_k(const op::TopK& a, Parallel& p) {
  const int64_t n = a.x.cols(), k = a.values.cols();
  if (k > n)
    return p.fail("top_k: k is %lld, but rows have %lld elements", static_cast<long long>(k),
                  static_cast<long long>(n));
  p.chunks(a.x.rows(), 1 + 65536 / (n + 1), [&](int64_t begin, int64_t end, int worker) {
    uint64_t* heap = static_cast<uint64_t*>(p.scratch(worker, static_cast<size_t>(k) * 8));
    for (int64_t row = begin; row < end; ++row) {
      const float* x = a.x.f32() + row * n;
      Best best(heap, k);
      best.scan(x, n, 0);
      best.sort();
      for (int64_t i = 0; i < k; ++i) {
        const int32_t index = Best::indexOf(heap[i]);
        a.values.f32()[row * k + i] = x[index];
        a.indices.i32()[row * k + i] = index;
      }
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
