// cache_append: cacheOut = cache, with row r of x at [slot[r], position[r]].
// cache: [slots, capacity, d] in f32, bf16 or f16; x: [rows, d]. Columns are spread over threads, so that the
// last of several rows for one place wins. cacheOut is the memory of cache: only rows * d elements move.
#include "native/cpu/kernel.h"
#include "native/cpu/row.h"
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

bool indicesFit(const char* name, const View& index, int64_t limit, Parallel& p) {
  for (int64_t row = 0; row < index.dim[0]; ++row) {
    const int32_t i = index.i32()[row];
    if (i >= 0 && i < limit) continue;
    p.fail("cache_append: %s[%lld] is %d; expected 0 to %lld", name, static_cast<long long>(row), i,
           static_cast<long long>(limit - 1));
    return false;
  }
  return true;
}

}  // namespace

void cache_append(const op::CacheAppend& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], capacity = a.cache.dim[1], d = a.cache.dim[2];
  if (!indicesFit("slot", a.slot, a.cache.dim[0], p)) return;
  if (!indicesFit("position", a.position, capacity, p)) return;
  const DType type = a.cacheOut.dtype;
  p.chunks(d, most(128, 32768 / (rows + 1)), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = 0; row < rows; ++row) {
      const float* x = a.x.f32() + row * a.x.stride[0];
      const int64_t place = (a.slot.i32()[row] * capacity + a.position.i32()[row]) * d;
      for (int64_t i = begin; i < end; i += W)
        storeAny(a.cacheOut.data, type, place + i, loadUpTo(x + i, end - i), end - i);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
