// copy: y = x, from any strides to row-major.   x, y: the same shape, any type.
// Moves 2 * count * bytes; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/strided.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void copy(const op::Copy& a, Parallel& p) {
  const int64_t bytes = bytesOf(a.x.dtype);
  const Walk<1> walk(a.y, {&a.x});
  const int64_t cols = walk.cols(), step = walk.step(0);
  p.chunks(walk.rows(), 1 + 32768 / (cols + 1), [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const char* from = a.x.as<char>() + walk.at(0, row) * bytes;
      char* to = a.y.as<char>() + row * cols * bytes;
      if (step == 1) {
        std::memcpy(to, from, static_cast<size_t>(cols * bytes));
        continue;
      }
      for (int64_t i = 0; i < cols; ++i)
        std::memcpy(to + i * bytes, from + i * step * bytes, static_cast<size_t>(bytes));
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
