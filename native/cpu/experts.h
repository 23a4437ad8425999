// Rows grouped by the expert that they belong to, in their order: expert-indexed products become dense ones.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::cpu::VMM_ISA {

struct RowGroups {
  int64_t groups = 0;
  const int32_t* order = nullptr;  // null: one group, of all rows
  const int64_t* start = nullptr;  // group e: order[start[e]] ... order[start[e + 1] - 1]
  int64_t all = 0;

  int64_t count(int64_t e) const { return order ? start[e + 1] - start[e] : all; }
  const int32_t* rows(int64_t e) const { return order ? order + start[e] : nullptr; }
};

// One group where there is no expert index. No groups after a bad index, which fails the run.
inline RowGroups groupRows(const View& expert, int64_t rows, int64_t experts, const char* op, Parallel& p) {
  if (!expert) return {.groups = 1, .all = rows};
  const int32_t* of = expert.i32();
  int64_t* start = static_cast<int64_t*>(p.shared(static_cast<size_t>(experts + 2) * 8));
  int32_t* order = static_cast<int32_t*>(p.shared(static_cast<size_t>(rows + 1) * 4));
  std::memset(start, 0, static_cast<size_t>(experts + 2) * 8);
  for (int64_t r = 0; r < rows; ++r) {
    if (of[r] < 0 || of[r] >= experts) {
      p.fail("%s: expert[%lld] is %d; expected 0 ... %lld", op, static_cast<long long>(r), of[r],
             static_cast<long long>(experts - 1));
      return {};
    }
    ++start[of[r] + 2];
  }
  // Shifted by one, so that start[e + 1] moves from the begin of group e to its end while rows are placed.
  for (int64_t e = 2; e <= experts; ++e) start[e] += start[e - 1];
  for (int64_t r = 0; r < rows; ++r) order[start[of[r] + 1]++] = static_cast<int32_t>(r);
  return {.groups = experts, .order = order, .start = start, .all = rows};
}

}  // namespace vmm::cpu::VMM_ISA
