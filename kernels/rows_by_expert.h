// Rows by expert: `order` has the rows of expert 0 in their order, then those of expert 1 …; those of e are
// order[starts[e]] … order[starts[e + 1] - 1]. A threadgroup of 8 simdgroups lists the rows of one expert, so
// every one reads all indices twice: 8 rows experts bytes, mostly from cache. It counts before it writes, and
// each simdgroup has a stretch of the rows, so the lists are the same in every run. An index that is out of
// range is reported by its position and taken for 0.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant constexpr uint kListThreads = 256;
constant constexpr uint kListMemory = 16;  // whole numbers of a threadgroup

constant constexpr uint kListSimdgroups = kListThreads / 32;

// The rows of `own` in the simdgroup's stretch, and all rows of experts before it.
inline void listRows(device const int* expert, uint rows, uint experts, uint own, device uint* order,
                     device uint* starts, device atomic_uint* fault, threadgroup uint* memory, uint lane,
                     uint simdgroup) {
  const uint stretch = (rows / kListThreads + 1) * 32, begin = min(rows, simdgroup * stretch),
             end = begin + min(stretch, rows - begin);
  uint before = 0, here = 0;
  for (uint row = begin + lane; row < end; row += 32) {
    uint e = uint(expert[row]);
    if (e >= experts) {
      atomic_fetch_min_explicit(fault, row, memory_order_relaxed);
      e = 0;
    }
    before += e < own ? 1 : 0;
    here += e == own ? 1 : 0;
  }
  before = simd_sum(before);
  here = simd_sum(here);
  if (lane == 0) {
    memory[simdgroup] = before;
    memory[kListSimdgroups + simdgroup] = here;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  uint start = 0, to = 0;
  for (uint s = 0; s < kListSimdgroups; ++s) {
    start += memory[s];
    to += s < simdgroup ? memory[kListSimdgroups + s] : 0;
  }
  if (simdgroup == 0 && lane == 0) starts[own] = start;
  if (simdgroup == 0 && lane == 0 && own + 1 == experts) starts[experts] = rows;
  to += start;
  for (uint base = begin; base < end; base += 32) {
    const uint row = base + lane;
    uint e = experts;
    if (row < end) {
      e = uint(expert[row]);
      e = e >= experts ? 0 : e;
    }
    const uint mine = e == own ? 1 : 0;
    const uint place = to + simd_prefix_exclusive_sum(mine);
    if (mine != 0) order[place] = row;
    to += simd_sum(mine);
  }
}
