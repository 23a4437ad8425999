// Rows in the order of a key, those of one key in their own order: a stable radix sort of row numbers, 8 bits
// of the key in a pass, the least first. A pass counts digits by blocks of rows, adds the counts up, and
// places the rows; then the bounds of each key are looked up. Moves some 16 bytes per row and pass.
// VMM_SORT_KERNELS makes the kernels <op>_count, _scan, _place and _bounds; native/metal/sort_rows.h launches
// them.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kDigits = 256;  // and the threads of a threadgroup
constant constexpr uint kDigitBits = 8;
constant constexpr uint kSortRows = 2048;  // of a block

constant int sortPass [[function_constant(0)]];  // passes that are done

struct Sort {
  device const int* index;
  uint rows, keys;
};

// The row at a position of the order; passes write a and b in turns.
inline uint rowAt(device const uint* a, device const uint* b, uint position) {
  return sortPass == 0 ? position : sortPass % 2 ? a[position] : b[position];
}
inline uint digitOf(Sort sort, uint row) {
  return uint(sort.index[row]) >> uint(sortPass) * kDigitBits & (kDigits - 1);
}

inline void countDigits(Sort sort, device const uint* a, device const uint* b, device uint* counts,
                        device atomic_uint* fault, uint block, uint thread_, threadgroup atomic_uint* count) {
  atomic_store_explicit(&count[thread_], 0u, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const uint end = min((block + 1) * kSortRows, sort.rows);
  for (uint i = block * kSortRows + thread_; i < end; i += kDigits) {
    const uint row = rowAt(a, b, i);
    if (uint(sort.index[row]) >= sort.keys) atomic_fetch_min_explicit(fault, row, memory_order_relaxed);
    atomic_fetch_add_explicit(&count[digitOf(sort, row)], 1u, memory_order_relaxed);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  counts[block * kDigits + thread_] = atomic_load_explicit(&count[thread_], memory_order_relaxed);
}

// Counts become the places of the first row of each digit of each block.
inline void scanCounts(Sort sort, device uint* counts, uint thread_, uint lane, uint simdgroup,
                       threadgroup uint* shared) {
  const uint blocks = (sort.rows + kSortRows - 1) / kSortRows;
  uint total = 0;
  for (uint block = 0; block < blocks; ++block) total += counts[block * kDigits + thread_];
  uint place = simd_prefix_exclusive_sum(total);
  const uint all = simd_sum(total);
  if (lane == 0) shared[simdgroup] = all;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint before = 0; before < simdgroup; ++before) place += shared[before];
  for (uint block = 0; block < blocks; ++block) {
    const uint count = counts[block * kDigits + thread_];
    counts[block * kDigits + thread_] = place;
    place += count;
  }
}

// A thread finds its place among the rows of its digit by looking at those beside it: work that is little
// beside moving a row.
inline void placeRows(Sort sort, device uint* a, device uint* b, device const uint* counts, uint block,
                      uint thread_, threadgroup uint* digits, threadgroup uint* next) {
  device uint* to = sortPass % 2 ? b : a;
  next[thread_] = counts[block * kDigits + thread_];
  const uint end = min((block + 1) * kSortRows, sort.rows);
  for (uint from = block * kSortRows; from < end; from += kDigits) {
    const bool there = from + thread_ < end;
    const uint row = there ? rowAt(a, b, from + thread_) : 0;
    const uint digit = there ? digitOf(sort, row) : kDigits;
    digits[thread_] = digit;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    uint before = 0, after = 0;
    for (uint other = 0; other < thread_; ++other) before += digits[other] == digit ? 1 : 0;
    for (uint other = thread_ + 1; other < kDigits; ++other) after += digits[other] == digit ? 1 : 0;
    const uint place = there ? next[digit] + before : 0;
    if (there) to[place] = row;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (there && after == 0) next[digit] = place + 1;
  }
}

// first[key]: how many rows have a lower one. It never falls and is at most their number, whatever the keys.
inline void boundKeys(Sort sort, device const uint* a, device const uint* b, device uint* first, uint key) {
  if (key > sort.keys) return;
  uint below = 0;
  for (uint step = 1u << (31 - clz(sort.rows | 1)); step > 0; step /= 2)
    if (below + step <= sort.rows && uint(sort.index[rowAt(a, b, below + step - 1)]) < key) below += step;
  first[key] = below;
}

// Of an op, its struct of arguments, the tensor of keys and its buffer, the number of keys, and the buffers
// of scratch: two orders, counts and bounds.
#define VMM_SORT_KERNELS(op, Args, tensor, input, number, order, other, counted, bounds)                  \
  [[max_total_threads_per_threadgroup(kDigits)]] kernel void op##_count(                                  \
      constant Args& a [[buffer(0)]], device const int* index [[buffer(input)]],                          \
      device const uint* evens [[buffer(order)]], device const uint* odds [[buffer(other)]],              \
      device uint* counts [[buffer(counted)]], device atomic_uint* fault [[buffer(30)]],                  \
      uint group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {        \
    threadgroup atomic_uint count[kDigits];                                                               \
    countDigits(Sort{index, a.tensor.dim[0], number}, evens, odds, counts, fault, group, thread_, count); \
  }                                                                                                       \
  [[max_total_threads_per_threadgroup(kDigits)]] kernel void op##_scan(                                   \
      constant Args& a [[buffer(0)]], device const int* index [[buffer(input)]],                          \
      device uint* counts [[buffer(counted)]], uint thread_ [[thread_index_in_threadgroup]],              \
      uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {       \
    threadgroup uint shared[kDigits / 32];                                                                \
    scanCounts(Sort{index, a.tensor.dim[0], number}, counts, thread_, lane, simdgroup, shared);           \
  }                                                                                                       \
  [[max_total_threads_per_threadgroup(kDigits)]] kernel void op##_place(                                  \
      constant Args& a [[buffer(0)]], device const int* index [[buffer(input)]],                          \
      device uint* evens [[buffer(order)]], device uint* odds [[buffer(other)]],                          \
      device const uint* counts [[buffer(counted)]], uint group [[threadgroup_position_in_grid]],         \
      uint thread_ [[thread_index_in_threadgroup]]) {                                                     \
    threadgroup uint digits[kDigits];                                                                     \
    threadgroup uint next[kDigits];                                                                       \
    placeRows(Sort{index, a.tensor.dim[0], number}, evens, odds, counts, group, thread_, digits, next);   \
  }                                                                                                       \
  [[max_total_threads_per_threadgroup(kDigits)]] kernel void op##_bounds(                                 \
      constant Args& a [[buffer(0)]], device const int* index [[buffer(input)]],                          \
      device const uint* evens [[buffer(order)]], device const uint* odds [[buffer(other)]],              \
      device uint* first [[buffer(bounds)]], uint key [[thread_position_in_grid]]) {                      \
    boundKeys(Sort{index, a.tensor.dim[0], number}, evens, odds, first, key);                             \
  }
