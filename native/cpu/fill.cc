// fill: y[i] = value, in the type of y.   y: [count].   Bound by memory.
#include "native/cpu/simd.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void fill(const op::Fill& a, Parallel& p) {
  const View& y = a.y;
  const bool whole = y.dtype == DType::i8 || y.dtype == DType::u8 || y.dtype == DType::i32;
  if (whole && !(a.value >= -0x1p31f && a.value < 0x1p31f)) return p.fail("fill: value %g is no integer", a.value);
  p.chunks(y.count(), 65536, [&](int64_t begin, int64_t end, int) {
    if (y.dtype == DType::i32) {
      const int32_t value = static_cast<int32_t>(a.value);
      for (int64_t i = begin; i < end; ++i) y.i32()[i] = value;
    } else if (y.dtype == DType::i8 || y.dtype == DType::u8) {
      std::memset(y.as<char>() + begin, static_cast<int32_t>(a.value), static_cast<size_t>(end - begin));
    } else {
      for (int64_t i = begin; i < end; i += W) storeAny(y.data, y.dtype, i, splat(a.value), end - i);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
