// Packed sequences and index tensors as kernels see them: checked once, before any of them is followed.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::cpu::VMM_ISA {

// Rows offset[s] … offset[s+1] are sequence s. Sequences that a view has beyond those count as empty.
struct Packed {
  const int32_t* offset;
  int64_t sequences;

  explicit Packed(const View& offsets) : offset(offsets.i32()), sequences(offsets.dim[0] - 1) {}
  int64_t begin(int64_t s) const { return offset[s < sequences ? s : sequences]; }
  int64_t end(int64_t s) const { return s < sequences ? offset[s + 1] : offset[sequences]; }
  // Rows that belong to sequences.
  int64_t rows() const { return offset[sequences]; }
  // The sequence that holds a row below rows().
  int64_t holding(int64_t row) const {
    int64_t low = 0, high = sequences;
    while (high - low > 1) {
      const int64_t middle = (low + high) / 2;
      (offset[middle] <= row ? low : high) = middle;
    }
    return low;
  }
};

// Offsets begin with 0, never fall and stay within the rows.
inline bool checkOffsets(const char* op, const View& offsets, int64_t rows, Parallel& p) {
  const int32_t* offset = offsets.i32();
  const int64_t count = offsets.dim[0];
  if (count < 1 || offset[0] != 0) {
    p.fail("%s: offsets[0] is %d; expected 0", op, count < 1 ? -1 : static_cast<int>(offset[0]));
    return false;
  }
  for (int64_t i = 1; i < count; ++i)
    if (offset[i] < offset[i - 1] || offset[i] > rows) {
      p.fail("%s: offsets[%lld] is %d; expected %d … %lld", op, static_cast<long long>(i),
             static_cast<int>(offset[i]), static_cast<int>(offset[i - 1]), static_cast<long long>(rows));
      return false;
    }
  return true;
}

// Every index of a contiguous i32 tensor is in low … limit-1. An absent tensor is fine.
inline bool checkIndices(const char* op, const char* name, const View& index, int64_t low, int64_t limit,
                         Parallel& p) {
  if (!index) return true;
  const int32_t* values = index.i32();
  const int64_t count = index.count();
  bool good = true;
  for (int64_t i = 0; i < count; ++i) good &= values[i] >= low && values[i] < limit;
  for (int64_t i = 0; !good && i < count; ++i)
    if (values[i] < low || values[i] >= limit) {
      p.fail("%s: %s[%lld] is %d; expected %lld … %lld", op, name, static_cast<long long>(i),
             static_cast<int>(values[i]), static_cast<long long>(low), static_cast<long long>(limit - 1));
      break;
    }
  return good;
}

// Offsets, and for each sequence the number of an expert that the parameters have.
inline bool checkPacked(const char* op, const View& offsets, int64_t rows, const View& expert,
                        int64_t experts, Parallel& p) {
  return checkOffsets(op, offsets, rows, p) && checkIndices(op, "expert", expert, 0, experts, p);
}

}  // namespace vmm::cpu::VMM_ISA
