// top_k: the k largest of each row and where they are, largest first, ties to the lower index, NaN last.
// x: f32 [..., n]; values: f32, indices: i32 [..., k]. An element is one number of 64 bits, its value in the
// order of integers above its index turned round, so that all differ and the order of threads decides
// nothing. Up to 512 columns and 32 of them: a simdgroup takes a row and finds one largest after another in
// its registers. Beyond: a threadgroup takes a row and narrows the k-th largest down, 11 bits at a time, by
// counting; the row is read again for each, from cache, four times unless many are equal; then it sorts what
// it has chosen. A long row is first cut into pieces for as many threadgroups. Where k is above 2048 they
// sort pieces of what was chosen, which are then merged, a dispatch for each doubling. Moves 4 bytes per
// element and 8 per result, up to 6% more for pieces, and 16 per result and doubling. Roofline on an M4 Max
// (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s by memory; some 60 operations per element
// allow 300 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kRows = 8;  // of a threadgroup, where rows are short
constant constexpr uint kShortRow = 512;
constant constexpr uint kFew = 32;       // results of a short row, one to a lane
constant constexpr uint kSorted = 2048;  // results that a threadgroup sorts
constant constexpr uint kPiece = 8192;
constant constexpr uint kMostPieces = 64;
constant constexpr uint kFewOfPiece = 128;  // results that are worth pieces

constant constexpr uint kKept = kShortRow / 32;
constant constexpr uint kDigit = 11;
constant constexpr uint kDigits = 1 << kDigit;
constant constexpr uint kOwnDigits = kDigits / kThreads;

constant int again [[function_constant(0)]];   // reads what pieces have chosen
constant int pieces [[function_constant(1)]];  // leaves its choice in scratch
constant int pass [[function_constant(2)]];    // merges runs of kSorted << pass
constant int last [[function_constant(3)]];    // of these passes

// Integers in the order of the floats, NaN below all; 0 stands for none.
inline uint keyOf(float x) {
  const uint bits = as_type<uint>(x), size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return 1;
  return size == bits ? bits | 0x80000000u : ~bits + uint(size == 0);
}
inline ulong candidateOf(float x, uint index) { return ulong(keyOf(x)) << 32 | ~index; }
inline uint indexOf(ulong candidate) { return ~uint(candidate); }

// Of a single row that has a live count, as many results as elements may count.
inline uint kOf(constant op::TopK& a) { return a.values.dim[a.values.rank - 1]; }
inline uint rowsOf(constant op::Tensor& x) {
  uint rows = 1;
  for (uint axis = 0; axis + 1 < x.rank; ++axis) rows *= x.dim[axis];
  return rows;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void top_k_short(
    constant op::TopK& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device float* values [[buffer(2)]], device int* indices [[buffer(3)]],
    uint group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  const uint n = a.x.dim[a.x.rank - 1], k = kOf(a), number = group * kRows + simdgroup;
  if (number >= rowsOf(a.x)) return;
  device const float* row = x + ulong(number) * n;
  uint key[kKept];
  VMM_UNROLL
  for (uint j = 0; j < kKept; ++j) key[j] = lane + j * 32 < n ? keyOf(row[lane + j * 32]) : 0;

  uint mine = 0;
  for (uint place = 0; place < k; ++place) {
    uint best = 0, at = 0;
    for (uint j = 0; j < kKept; ++j) {
      const bool better = key[j] > best;
      best = better ? key[j] : best;
      at = better ? lane + j * 32 : at;
    }
    const uint index = simd_min(best == simd_max(best) ? at : n);
    for (uint j = 0; j < kKept; ++j) key[j] = lane + j * 32 == index ? 0 : key[j];
    mine = lane == place ? index : mine;
  }
  if (lane >= k) return;
  values[ulong(number) * k + lane] = row[mine];
  indices[ulong(number) * k + lane] = int(mine);
}

// Puts `size` candidates, a power of two, in order.
inline void sortDown(threadgroup ulong* candidates, uint size, uint thread_) {
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint run = 2; run <= size; run *= 2)
    for (uint apart = run / 2; apart > 0; apart /= 2) {
      for (uint i = thread_; i < size / 2; i += kThreads) {
        const uint at = i / apart * 2 * apart + i % apart;
        const ulong p = candidates[at], q = candidates[at + apart];
        if ((p < q) != ((at & run) == 0)) continue;
        candidates[at] = q;
        candidates[at + apart] = p;
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
    }
}

// Each threadgroup chooses k of a row, or of a piece of it.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void top_k(
    constant op::TopK& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device float* values [[buffer(2)]], device int* indices [[buffer(3)]],
    device ulong* candidates [[buffer(4)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 groups [[threadgroups_per_grid]], uint thread_ [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup atomic_uint histogram[kDigits];
  threadgroup ulong chosen[kSorted];
  threadgroup uint sums[kThreads / 32];
  threadgroup uint found[3];
  threadgroup atomic_uint taken[1];
  const uint n = a.x.dim[a.x.rank - 1], k = kOf(a);
  device const float* row = x + ulong(group.y) * n;
  const ulong piecesOfRow = min(n / kPiece, kMostPieces);
  device const ulong* offered = candidates + ulong(group.y) * piecesOfRow * k;
  const uint first = again ? 0 : uint(ulong(n) * group.x / groups.x);
  const uint count = again ? uint(piecesOfRow * k) : uint(ulong(n) * (group.x + 1) / groups.x) - first;

  // The k-th largest: what is known of it, and how many are still looked for among how many that agree.
  ulong known = 0, mask = 0;
  uint wanted = k, agree = count;
  for (uint shift = 64; agree != wanted;) {
    shift = shift > kDigit ? shift - kDigit : 0;
    for (uint i = thread_; i < kDigits; i += kThreads)
      atomic_store_explicit(&histogram[i], 0u, memory_order_relaxed);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = thread_; i < count; i += kThreads) {
      const ulong candidate = again ? offered[i] : candidateOf(row[first + i], first + i);
      if ((candidate & mask) != known) continue;
      const uint digit = uint(candidate >> shift) % kDigits;
      atomic_fetch_add_explicit(&histogram[digit], 1u, memory_order_relaxed);
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    // A thread has some digits that follow each other, the first thread the highest.
    const uint highest = kDigits - 1 - thread_ * kOwnDigits;
    uint own = 0;
    for (uint i = 0; i < kOwnDigits; ++i)
      own += atomic_load_explicit(&histogram[highest - i], memory_order_relaxed);
    uint above = simd_prefix_exclusive_sum(own);
    if (lane == 31) sums[simdgroup] = above + own;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = 0; i < simdgroup; ++i) above += sums[i];
    for (uint i = 0; i < kOwnDigits; ++i) {
      const uint here = atomic_load_explicit(&histogram[highest - i], memory_order_relaxed);
      // Of the digits with fewer than `wanted` above them, the last that has any.
      if (wanted - 1 - above < here) {
        found[0] = highest - i;
        found[1] = wanted - above;
        found[2] = here;
      }
      above += here;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    known |= ulong(found[0]) << shift;
    mask = ~0ul << shift;
    wanted = found[1];
    agree = found[2];
  }

  const bool sorts = !pieces && k <= kSorted;
  device ulong* out = candidates + (ulong(group.y) * groups.x + group.x) * k;
  if (thread_ == 0) atomic_store_explicit(&taken[0], 0u, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint base = simdgroup * 32; base < count; base += kThreads) {
    const uint i = base + lane;
    ulong candidate = 0;
    if (i < count) candidate = again ? offered[i] : candidateOf(row[first + i], first + i);
    const bool takes = candidate != 0 && (candidate & mask) >= known;
    const uint all = simd_sum(uint(takes));
    if (all == 0) continue;
    uint place = 0;
    if (lane == 0) place = atomic_fetch_add_explicit(&taken[0], all, memory_order_relaxed);
    place = simd_broadcast_first(place) + simd_prefix_exclusive_sum(uint(takes));
    if (takes && sorts) chosen[place] = candidate;
    if (takes && !sorts) out[place] = candidate;
  }
  if (!sorts) return;

  uint size = 1;
  while (size < k) size *= 2;
  for (uint i = k + thread_; i < size; i += kThreads) chosen[i] = 0;
  sortDown(chosen, size, thread_);
  for (uint i = thread_; i < k; i += kThreads) {
    const uint index = indexOf(chosen[i]);
    values[ulong(group.y) * k + i] = row[index];
    indices[ulong(group.y) * k + i] = int(index);
  }
}

// Sorts kSorted candidates of a row.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void top_k_sort(
    constant op::TopK& a [[buffer(0)]], device ulong* candidates [[buffer(4)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup ulong run[kSorted];
  const uint k = kOf(a), first = group.x * kSorted, count = min(kSorted, k - first);
  device ulong* own = candidates + ulong(group.y) * k + first;
  for (uint i = thread_; i < kSorted; i += kThreads) run[i] = i < count ? own[i] : 0;
  sortDown(run, kSorted, thread_);
  for (uint i = thread_; i < count; i += kThreads) own[i] = run[i];
}

// Merges neighbouring runs: a candidate goes as far as there are larger ones in its run and in the other.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void top_k_merge(
    constant op::TopK& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device float* values [[buffer(2)]], device int* indices [[buffer(3)]], device ulong* even [[buffer(4)]],
    device ulong* odd [[buffer(5)]], uint2 at [[thread_position_in_grid]]) {
  const uint n = a.x.dim[a.x.rank - 1], k = kOf(a);
  if (at.x >= k) return;
  const ulong row = ulong(at.y) * k, width = ulong(kSorted) << pass, run = at.x / width;
  device const ulong* from = (pass % 2 == 0 ? even : odd) + row;
  device ulong* to = (pass % 2 == 0 ? odd : even) + row;
  const ulong candidate = from[at.x], other = min((run ^ 1) * width, ulong(k));
  ulong low = other, high = min(other + width, ulong(k));
  while (low < high) {
    const ulong middle = (low + high) / 2;
    const bool larger = from[middle] > candidate;
    low = larger ? middle + 1 : low;
    high = larger ? high : middle;
  }
  const ulong place = run / 2 * 2 * width + (at.x - run * width) + (low - other);
  if (last) {
    const uint index = indexOf(candidate);
    values[row + place] = x[ulong(at.y) * n + index];
    indices[row + place] = int(index);
  } else {
    to[place] = candidate;
  }
}
