// Sums down columns: a threadgroup takes 64 neighbouring columns, a thread every fourth row of one, so that
// the order of a sum depends on the number of rows alone.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant constexpr uint kColumns = 64;
constant constexpr uint kParts = 4;
constant constexpr uint kColumnThreads = 256;

struct Column {
  uint col, part;
};
inline Column columnOf(uint group, uint thread_) {
  return Column{group * kColumns + thread_ % kColumns, thread_ / kColumns};
}

// The sum of the parts of a column, for its first part. `shared` has a number for each thread.
inline float columnSum(float own, uint thread_, threadgroup float* shared) {
  shared[thread_] = own;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float sum = own;
  for (uint at = thread_ + kColumns; at < kColumnThreads; at += kColumns) sum += shared[at];
  return sum;
}
