// nearest_rows: for each query the k rows with the largest dot products, ties to the lower index, NaN last.
// queries: f32 [q, d], rows: f32, bf16, f16 or i8 [n, d], both at a stride; scales: f32 [n]; scores and
// indices [q, k]. A threadgroup of 4 simdgroups takes 32 queries (8 where there are no more) and a chunk of
// rows, 64 rows at a time: products of 8 x 8 x 8, each sum in the order of d. A simdgroup keeps the best 128
// of each of its queries in a list in memory; it sorts the scores of 64 rows, in registers, and merges them
// only where one of them is better than the last of the list. Larger k have chunks of 128 rows, of which the
// list has all. nearest_rows_merge makes one list of 16, again and again, where each candidate finds its own
// place by counting those before it in the other lists. Moves the rows once for each 32 queries, which caches
// share, and 8 bytes for each place in a list. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not
// measured: one query: 267 M rows/s of 512 f32 by memory; from 66 queries on (f32) 2 q n d operations at
// 18 TFLOP/s, to which sorting adds up to a third at d = 512.
#include <metal_stdlib>
#include <metal_simdgroup_matrix>
#include "kernels/storage.h"
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kThreads = 128;
constant constexpr uint kQueries = 32;
constant constexpr uint kFewQueries = 8;
constant constexpr uint kRows = 64;
constant constexpr uint kList = 128;  // most candidates of a chunk
constant constexpr uint kWays = 16;   // lists that become one

constant constexpr uint kDepth = 32;
constant constexpr uint kStride = kDepth + 4;
constant constexpr uint kScoreStride = kRows + 4;
constant constexpr uint kOwn = kList / 32;  // candidates of a lane

constant int few [[function_constant(0)]];
constant int rowType [[function_constant(1)]];
constant int chunkTiles [[function_constant(2)]];  // of kRows rows each
constant int rounds [[function_constant(3)]];      // how often lists were merged before

inline float rowElement(device const void* rows, ulong at) {
  return rowType == op::kI8 ? float(((device const char*)rows)[at]) : loadFloat(rows, rowType, at);
}

// A candidate is a number in the order of scores, NaN lowest, and the complement of its index. All zeros is
// none.
inline uint2 candidateOf(float score, uint index) {
  const uint bits = score == 0.0f ? 0 : as_type<uint>(score);
  const uint key = bits & 0x80000000 ? ~bits : bits | 0x80000000;
  return uint2(score == score ? key : 0, ~index);
}
inline float scoreOf(uint2 candidate) {
  const uint key = candidate.x;
  return key == 0 ? NAN : as_type<float>(key & 0x80000000 ? key ^ 0x80000000 : ~key);
}
inline bool better(uint2 a, uint2 b) { return a.x == b.x ? a.y > b.y : a.x > b.x; }

// One step of a bitonic network over kList candidates, kOwn in each lane: pairs at a distance, better ones
// first in every other block of `size`, or the other way round.
inline void compare(thread uint2* own, uint distance, uint size, bool worstFirst, uint lane) {
  uint2 other[kOwn];
  for (uint j = 0; j < kOwn; ++j) {
    // Only constants index what is in registers.
    if (distance == 1)
      other[j] = own[j ^ 1];
    else if (distance == 2)
      other[j] = own[j ^ 2];
    else
      other[j] = simd_shuffle_xor(own[j], ushort(distance / kOwn));
  }
  for (uint j = 0; j < kOwn; ++j) {
    const uint place = lane * kOwn + j;
    const bool first = (place & distance) == 0, forward = ((place & size) == 0) != worstFirst;
    own[j] = better(own[j], other[j]) == (first == forward) ? own[j] : other[j];
  }
}

struct Lists {
  uint count, length;
};
// The lists that come out of the chunks, or of merging so many times.
inline Lists listsOf(constant op::NearestRows& a, uint levels) {
  const uint chunk = uint(chunkTiles) * kRows;
  Lists lists{(a.rows.dim[0] - 1) / chunk + 1, min(uint(a.k), kList)};
  for (uint i = 0; i < levels; ++i)
    lists = Lists{(lists.count - 1) / kWays + 1, uint(min(ulong(a.k), ulong(lists.length) * kWays))};
  return lists;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void nearest_rows(
    constant op::NearestRows& a [[buffer(0)]], device const float* queries [[buffer(1)]],
    device const void* rows [[buffer(2)]], device const float* scales [[buffer(3)]],
    device uint2* lists [[buffer(6)]], uint2 group [[threadgroup_position_in_grid]],
    uint2 groups [[threadgroups_per_grid]], uint thread_ [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  // Queries and rows, then scores.
  threadgroup float memory[(kQueries + kRows) * kStride];
  threadgroup uint2 worst[kQueries];
  threadgroup float* right = memory + kQueries * kStride;
  const uint n = a.rows.dim[0], d = a.queries.dim[1], length = min(uint(a.k), kList);
  const uint height = few ? kFewQueries : kQueries, firstQuery = group.x * height,
             count = min(height, a.queries.dim[0] - firstQuery);
  const uint ownQuery = few ? 0 : simdgroup * 8, ownRow = few ? simdgroup * 16 : 0, across = few ? 2 : 8;
  const uint begin = group.y * uint(chunkTiles) * kRows,
             end = uint(min(ulong(begin) + uint(chunkTiles) * kRows, ulong(n)));
  if (thread_ < kQueries) worst[thread_] = uint2(0, 0);

  for (uint from = begin; from < end; from += kRows) {
    simdgroup_float8x8 sum[8];
    for (uint j = 0; j < 8; ++j) sum[j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
    for (uint depth = 0; depth == 0 || depth < d; depth += kDepth) {
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint at = thread_; at < height * kDepth; at += kThreads) {
        const uint query = at / kDepth, i = depth + at % kDepth;
        const bool there = query < count && i < d;
        memory[query * kStride + at % kDepth] =
            there ? queries[long(firstQuery + query) * a.queries.stride[0] + i] : 0.0f;
      }
      for (uint at = thread_; at < kRows * kDepth; at += kThreads) {
        const uint row = from + at / kDepth, i = depth + at % kDepth;
        const bool there = row < end && i < d;
        right[at / kDepth * kStride + at % kDepth] =
            there ? rowElement(rows, ulong(long(row) * a.rows.stride[0] + i)) : 0.0f;
      }
      threadgroup_barrier(mem_flags::mem_threadgroup);
      for (uint i = 0; i < kDepth; i += 8) {
        simdgroup_float8x8 left, col;
        simdgroup_load(left, memory + ownQuery * kStride + i, kStride);
        VMM_UNROLL
        for (uint j = 0; j < 8; ++j) {
          if (j >= across) continue;
          simdgroup_load(col, right + (ownRow + j * 8) * kStride + i, kStride, ulong2(0, 0), true);
          simdgroup_multiply_accumulate(sum[j], left, col, sum[j]);
        }
      }
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    VMM_UNROLL
    for (uint j = 0; j < 8; ++j)
      if (j < across)
        simdgroup_store(sum[j], memory + ownQuery * kScoreStride + ownRow + j * 8, kScoreStride);
    threadgroup_barrier(mem_flags::mem_threadgroup);

    for (uint query = simdgroup; query < count; query += kThreads / 32) {
      uint2 found[kOwn];
      bool any = false;
      const uint2 bar = worst[query];
      for (uint j = 0; j < kOwn; ++j) {
        const uint at = j * 32 + lane;
        found[j] = uint2(0, 0);
        if (at >= min(kRows, end - from)) continue;
        float score = memory[query * kScoreStride + at];
        if (a.scales.given) score *= scales[from + at];
        found[j] = candidateOf(score, from + at);
        any = any || better(found[j], bar);
      }
      if (!simd_any(any)) continue;
      simdgroup_barrier(mem_flags::mem_threadgroup);  // all lanes have read the bar
      for (uint size = 2; size <= kList; size *= 2)
        for (uint distance = size / 2; distance > 0; distance /= 2)
          compare(found, distance, size, true, lane);
      // The better ones of a list and of another backwards are the best of both.
      device uint2* list = lists + (ulong(firstQuery + query) * groups.y + group.y) * length;
      for (uint j = 0; j < kOwn; ++j) {
        const uint place = lane * kOwn + j;
        if (from == begin || place >= length) continue;
        const uint2 kept = list[place];
        found[j] = better(kept, found[j]) ? kept : found[j];
      }
      for (uint distance = kList / 2; distance > 0; distance /= 2)
        compare(found, distance, kList, false, lane);
      for (uint j = 0; j < kOwn; ++j) {
        const uint place = lane * kOwn + j;
        if (place < length) list[place] = found[j];
        if (place == length - 1) worst[query] = found[j];
      }
    }
  }
}

// How many of a list, best first, are better than a candidate.
inline uint countBetter(device const uint2* list, uint length, uint2 candidate) {
  uint low = 0, high = length;
  while (low != high) {
    const uint middle = low + (high - low) / 2;
    const bool before = better(list[middle], candidate);
    low = before ? middle + 1 : low;
    high = before ? high : middle;
  }
  return low;
}

// A thread for each candidate of kWays lists. No two are alike but those that are none, which only the last
// list has, and those that are missing after it.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void nearest_rows_merge(
    constant op::NearestRows& a [[buffer(0)]], device float* scores [[buffer(4)]],
    device int* indices [[buffer(5)]], device uint2* even [[buffer(6)]], device uint2* odd [[buffer(7)]],
    uint3 at [[thread_position_in_grid]]) {
  const Lists before = listsOf(a, uint(rounds)), after = listsOf(a, uint(rounds) + 1);
  device const uint2* from =
      (rounds % 2 ? odd : even) + (ulong(at.z) * before.count + at.y * kWays) * before.length;
  device uint2* to = (rounds % 2 ? even : odd) + (ulong(at.z) * after.count + at.y) * after.length;
  const uint lists = min(kWays, before.count - at.y * kWays);
  const uint list = at.x / before.length, place = at.x % before.length;
  uint2 candidate = uint2(0, 0);
  uint rank = at.x;
  if (list < lists) {
    candidate = from[ulong(list) * before.length + place];
    rank = place;
    for (uint other = 0; other < lists; ++other)
      if (other != list) rank += countBetter(from + ulong(other) * before.length, before.length, candidate);
  }
  if (rank >= after.length) return;
  if (after.count != 1) {
    to[rank] = candidate;
    return;
  }
  scores[ulong(at.z) * uint(a.k) + rank] = scoreOf(candidate);
  indices[ulong(at.z) * uint(a.k) + rank] = int(~candidate.y);
}
