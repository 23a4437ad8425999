// Parameters of which each row has those of its expert.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

// How many experts a parameter [d] or [experts, d] has.
inline uint expertsOf(constant op::Tensor& weight) { return weight.rank == 2 ? weight.dim[0] : 1; }

// The expert of a row; one that does not exist is reported, and the first one takes its place.
inline uint expertOf(constant op::Tensor& given, device const int* expert, uint experts, uint row,
                     device atomic_uint* fault) {
  const uint e = given.given ? uint(expert[row]) : 0;
  if (e < experts) return e;
  atomic_fetch_min_explicit(fault, row, memory_order_relaxed);
  return 0;
}
