// Indices that a kernel reads are followed only within the tensors that they point into.
#pragma once
#include <metal_stdlib>
using namespace metal;

// Whether an index is below the limit; else the run fails, with the least place that was reported.
inline bool within(uint index, uint limit, uint place, device atomic_uint* fault) {
  if (index < limit) return true;
  atomic_fetch_min_explicit(fault, place, memory_order_relaxed);
  return false;
}
