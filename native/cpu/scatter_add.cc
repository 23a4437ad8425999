// scatter_add: y[i] = the sum of the rows x[r] with index[r] = i, in row order.
// x [rows, d], rows at a stride; index [rows]; y [size, d].
// A stable counting sort of the row numbers, then one sum per target: no two threads write the same row.
// Reads rows * d floats and writes size * d; bound by memory.
#include "native/cpu/kernel.h"
#include "native/cpu/packed.h"
#include "native/cpu/row_sum.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

void scatter_add(const op::ScatterAdd& a, Parallel& p) {
  const int64_t rows = a.x.dim[0], size = a.y.dim[0], d = a.x.dim[1];
  if (!checkIndices("scatter_add", "index", a.index, 0, size, p)) return;
  const int32_t* index = a.index.i32();
  int32_t* first = static_cast<int32_t*>(p.shared(static_cast<size_t>(size + 2) * 4));
  int32_t* order = static_cast<int32_t*>(p.shared(static_cast<size_t>(rows + 1) * 4));
  // Counts stand two places ahead: while rows are placed, first[i + 1] moves from the start of segment i to
  // its end.
  std::memset(first, 0, static_cast<size_t>(size + 2) * 4);
  for (int64_t r = 0; r < rows; ++r) ++first[index[r] + 2];
  for (int64_t i = 2; i < size + 2; ++i) first[i] += first[i - 1];
  for (int64_t r = 0; r < rows; ++r) order[first[index[r] + 1]++] = static_cast<int32_t>(r);
  p.chunks(size, 1 + (1 << 15) / (d + 16), [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const int32_t* row = order + first[i];
      sumRows(a.y.f32() + i * d, d, first[i + 1] - first[i], 1.0f,
              [&](int64_t k) { return a.x.f32() + row[k] * a.x.stride[0]; });
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
