// attention: y = softmax(q k' * scale + bias) v per head, over packed sequences; lse is the logarithm of the
// softmax's sum. q f32 [rows, heads, dk], k [keys, kvHeads, dk] and v [keys, kvHeads, dv] f32, f16 or bf16,
// rows at a stride; offsets [sequences + 1]; kvRange [sequences, 2]; bias [heads, width]; y [rows, heads,
// dv], lse [rows, heads]. With keyIndex [entries], keys are the rows of k and v that its entries name.
// A threadgroup of 4 simdgroups takes 32 rows of a sequence and kv head, a row being
// a query of one of the heads that read it, or 8 where sequences have few. Keys come 32 at a time through
// threadgroup memory: products of 8 x 8 x 8 give the scores, four lanes weigh a row, products of weights and
// values are added to sums that lanes keep in registers, scaled whenever the maximum grows. There is no
// matrix of scores. Keys are cut into parts, 8 for each doubling of their number; a part is summed by itself,
// then added to those before it. Where there are few tiles, as in decoding, threadgroups take a part each,
// and attention_parts adds them in the same order: a decoding step has the bits of the full pass. What a row
// computes depends on the keys that it sees alone, if all values are finite. Moves k and v once for each
// tile, which caches share; a part moves dv + 2 floats a row. Heads of more than 128 values are cut to
// threadgroups which compute the same scores. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not
// measured: 2 (dk + dv) operations a query, key and head at 18 TFLOP/s: 1024 causal queries of 16 heads of 64
// in 0.12 ms; decoding 4096 keys of 8 kv heads of 64 at 546 GB/s in 31 us.
#include <metal_stdlib>
#include <metal_simdgroup_matrix>
#include "kernels/attention.h"
#include "kernels/indices.h"
#include "kernels/storage.h"
using namespace metal;

constant constexpr uint kThreads = 128;
constant constexpr uint kRows = 32;
constant constexpr uint kFewRows = 8;
constant constexpr uint kCols = 64;       // of values at a time
constant constexpr uint kMostCols = 128;  // of values in a threadgroup
constant constexpr uint kPart = 128;      // keys in each of the first parts
constant constexpr uint kOctave = 8;      // parts until their length doubles

constant constexpr uint kKeys = 32;
constant constexpr uint kDepth = 32;
constant constexpr uint kStride = kDepth + 4;
constant constexpr uint kValueStride = kCols + 4;
constant constexpr uint kStrip = 8 * kStride;
constant constexpr uint kOwn = 16;  // most columns of a lane in kCols
constant constexpr uint kSlices = kMostCols / kCols;

constant int few [[function_constant(0)]];
constant int parted [[function_constant(1)]];
constant int causal [[function_constant(2)]];
constant int slices [[function_constant(3)]];  // of kCols values in a threadgroup
constant int keyType [[function_constant(4)]];
constant int valueType [[function_constant(5)]];
constant int indexed [[function_constant(6)]];

// A head of k or v, of `rows` rows, stored as floats of any type: `count` keys from one of them on.
struct KeyRows {
  device const void* data;
  int dtype;
  device const int* index;
  device atomic_uint* fault;
  uint rows, first;
  long head, stride;
  uint count;

  float value(uint key, uint col) const {
    uint row = first + key;
    if (indexed) row = uint(index[row]);
    if (indexed && !within(row, rows, kIndexFault + first + key, fault)) return 0.0f;
    return loadFloat(data, dtype, ulong(head + long(row) * stride + col));
  }
};

// First key of a part.
inline ulong partBegin(uint part) {
  return part < kOctave ? ulong(part) * kPart
                        : ulong(kOctave + part % kOctave) * kPart << (part / kOctave - 1);
}

// The largest score so far, and the sum of exp(score - max).
struct Running {
  float max, sum;
};
// What a sum so far and one that joins it are multiplied with.
struct Factors {
  float before, joining;
};
// exp(score - base) is zero for all scores where none is above -infinity.
inline float baseOf(float max) { return max == -INFINITY ? 0.0f : max; }
inline Factors join(thread Running& all, Running part) {
  const float top = max(all.max, part.max), base = baseOf(top);
  const Factors factors{precise::exp(all.max - base), precise::exp(part.max - base)};
  all = Running{top, fma(all.sum, factors.before, part.sum * factors.joining)};
  return factors;
}
inline float joined(float all, float part, Factors by) { return fma(all, by.before, part * by.joining); }

inline float logSum(Running all) { return all.sum == 0.0f ? -INFINITY : all.max + precise::log(all.sum); }
// A row that saw nothing is zero.
inline float meanOf(float sum, Running all) { return all.sum == 0.0f ? 0.0f : sum / all.sum; }

[[max_total_threads_per_threadgroup(kThreads)]] kernel void attention(
    constant op::Attention& a [[buffer(0)]], device const float* q [[buffer(1)]],
    device const void* k [[buffer(2)]], device const void* v [[buffer(3)]],
    device const int* offsets [[buffer(4)]], device const int* ranges [[buffer(5)]],
    device const float* bias [[buffer(6)]], device const int* keyIndex [[buffer(7)]],
    device float* y [[buffer(8)]], device float* lse [[buffer(9)]], device float* partSums [[buffer(10)]],
    device float2* partRunning [[buffer(11)]], device atomic_uint* fault [[buffer(30)]],
    uint3 group [[threadgroup_position_in_grid]], uint3 groups [[threadgroups_per_grid]],
    uint thread_ [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  // Queries and keys, then values; scores and weights of all simdgroups; with few rows, their weights.
  threadgroup float memory[(kRows + kKeys) * kStride + 5 * kStrip];
  threadgroup long queryAt[kRows];
  threadgroup float* left = memory;
  threadgroup float* right = memory + kRows * kStride;
  threadgroup float* strips = memory + (kRows + kKeys) * kStride;
  const uint heads = a.q.dim[1], kvHeads = a.k.dim[1], perKv = heads / kvHeads, dk = a.q.dim[2],
             dv = a.v.dim[2];
  const uint kvHead = group.x % kvHeads, firstCol = group.x / kvHeads * kMostCols;
  if (thread_ == 0 && group.x == 0 && group.z == 0) checkSequence(a, offsets, ranges, fault, group.y);
  const uint height = few ? kFewRows : kRows;
  const QueryTile tile = queryTileAt(a, offsets, ranges, perKv, height, group.y);
  if (tile.count == 0) return;
  const Sequence s = tile.sequence;
  const uint firstQuery = uint(tile.first / perKv), firstHead = uint(tile.first % perKv);
  if (thread_ < tile.count) {
    const uint query = firstQuery + (firstHead + thread_) / perKv,
               head = kvHead * perKv + (firstHead + thread_) % perKv;
    queryAt[thread_] = long(s.row + query) * a.q.stride[0] + long(head) * a.q.stride[1];
  }

  // A simdgroup has 8 rows of 32 scores and 64 values, or 8 rows of 8 scores and 16 values. Its lanes have
  // four to a row, each every fourth column, whose sums they keep.
  const uint ownRow = few ? 0 : simdgroup * 8, ownKey = few ? simdgroup * 8 : 0, keyTiles = few ? 1 : 4;
  const uint ownCol = few ? simdgroup * 16 : 0, ownCols = few ? 16 : kCols, width = few ? 16 : 32;
  threadgroup float* scores = strips + (few ? 0 : simdgroup) * kStrip;
  threadgroup float* weights = strips + (few ? 4 : simdgroup) * kStrip;
  threadgroup float* strip = strips + simdgroup * kStrip;
  const uint r = ownRow + lane / 4, place = lane / 4 * kStride + lane % 4;
  const bool inside = r < tile.count;
  const uint query = firstQuery + (firstHead + r) / perKv, head = kvHead * perKv + (firstHead + r) % perKv;
  const uint seen = inside ? seenBy(s, causal, query) : 0;
  const uint last = seenBy(s, causal, firstQuery + (firstHead + tile.count - 1) / perKv);
  const ulong pairs = ulong(a.q.dim[0]) * heads, pair = ulong(s.row + query) * heads + head;

  Running all{-INFINITY, 0.0f};
  // Loops over what is in registers have constant lengths, and pass over what function constants leave out.
  float total[kSlices][kOwn];
  for (uint slice = 0; slice < kSlices; ++slice)
    for (uint i = 0; i < kOwn; ++i) total[slice][i] = 0.0f;

  // With a part for each threadgroup the next one is beyond the last key.
  for (uint part = parted ? group.z : 0; partBegin(part) < last; part += parted ? groups.z : 1) {
    const uint end = uint(min(partBegin(part + 1), ulong(last)));
    Running running{-INFINITY, 0.0f};
    float sum[kSlices][kOwn];
    for (uint slice = 0; slice < kSlices; ++slice)
      for (uint i = 0; i < kOwn; ++i) sum[slice][i] = 0.0f;

    for (uint from = uint(partBegin(part)); from < end; from += kKeys) {
      const uint count = min(kKeys, end - from);
      const KeyRows keys{k,
                         keyType,
                         keyIndex,
                         fault,
                         a.k.dim[0],
                         s.key + from,
                         long(kvHead) * a.k.stride[1],
                         a.k.stride[0],
                         count};
      const KeyRows values{v,
                           valueType,
                           keyIndex,
                           fault,
                           a.v.dim[0],
                           s.key + from,
                           long(kvHead) * a.v.stride[1],
                           a.v.stride[0],
                           count};
      simdgroup_float8x8 score[4];
      for (uint j = 0; j < 4; ++j) score[j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
      for (uint depth = 0; depth == 0 || depth < dk; depth += kDepth) {
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint at = thread_; at < height * kDepth; at += kThreads) {
          const uint row = at / kDepth, i = at % kDepth;
          const bool there = row < tile.count && depth + i < dk;
          left[row * kStride + i] = there ? q[queryAt[row] + depth + i] * a.scale : 0.0f;
        }
        stage(right, kDepth, keys, depth, dk, kThreads, thread_);
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint i = 0; i < kDepth; i += 8) {
          simdgroup_float8x8 rows, cols;
          simdgroup_load(rows, left + ownRow * kStride + i, kStride);
          VMM_UNROLL
          for (uint j = 0; j < 4; ++j) {
            if (j >= keyTiles) continue;
            simdgroup_load(cols, right + (ownKey + j * 8) * kStride + i, kStride, ulong2(0, 0), true);
            simdgroup_multiply_accumulate(score[j], rows, cols, score[j]);
          }
        }
      }
      VMM_UNROLL
      for (uint j = 0; j < 4; ++j)
        if (j < keyTiles) simdgroup_store(score[j], scores + ownKey + j * 8, kStride);
      threadgroup_barrier(mem_flags::mem_threadgroup);

      // With few rows all simdgroups weigh them, for they keep sums of all, and one writes.
      float e[kKeys / 4], top = -INFINITY;
      VMM_UNROLL
      for (uint i = 0; i < kKeys / 4; ++i) {
        const uint key = from + i * 4 + lane % 4;
        e[i] = scores[place + i * 4];
        if (a.bias.given && inside) e[i] += bias[biasAt(s, a.bias.dim[1], head, query, key)];
        e[i] = key < min(seen, end) ? e[i] : -INFINITY;
        top = max(top, e[i]);
      }
      top = max(top, simd_shuffle_xor(top, 1));
      top = max(running.max, max(top, simd_shuffle_xor(top, 2)));
      const float base = baseOf(top), keep = precise::exp(running.max - base);
      float added = 0.0f;
      VMM_UNROLL
      for (uint i = 0; i < kKeys / 4; ++i) {
        e[i] = precise::exp(e[i] - base);
        added += e[i];
        if (!few || simdgroup == 0) weights[place + i * 4] = e[i];
      }
      added += simd_shuffle_xor(added, 1);
      added += simd_shuffle_xor(added, 2);
      running = Running{top, fma(running.sum, keep, added)};

      simdgroup_float8x8 weight[kKeys / 8];
      VMM_UNROLL
      for (uint slice = 0; slice < kSlices; ++slice) {
        if (slice >= uint(slices)) continue;
        if (slice) threadgroup_barrier(mem_flags::mem_threadgroup);
        stage(left, kCols, values, firstCol + slice * kCols, dv, kThreads, thread_);
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint i = 0; i < kKeys / 8 && slice == 0; ++i)
          simdgroup_load(weight[i], weights + i * 8, kStride);
        VMM_UNROLL
        for (uint half_ = 0; half_ < 2; ++half_) {
          const uint col = half_ * 32;
          if (col >= ownCols) continue;
          simdgroup_float8x8 product[4], value;
          VMM_UNROLL
          for (uint j = 0; j < 4; ++j) {
            if (j >= width / 8) continue;
            product[j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
            for (uint i = 0; i < kKeys / 8; ++i) {
              simdgroup_load(value, left + i * 8 * kValueStride + ownCol + col + j * 8, kValueStride);
              simdgroup_multiply_accumulate(product[j], weight[i], value, product[j]);
            }
          }
          // The strip had weights, or the columns before.
          simdgroup_barrier(mem_flags::mem_threadgroup);
          VMM_UNROLL
          for (uint j = 0; j < 4; ++j)
            if (j < width / 8) simdgroup_store(product[j], strip + j * 8, kStride);
          simdgroup_barrier(mem_flags::mem_threadgroup);
          VMM_UNROLL
          for (uint i = 0; i < 8; ++i) {
            if (i >= width / 4) continue;
            thread float& own = sum[slice][half_ * 8 + i];
            own = fma(own, keep, strip[place + i * 4]);
          }
        }
      }
    }

    const Factors factors = join(all, running);
    VMM_UNROLL
    for (uint slice = 0; slice < kSlices; ++slice) {
      VMM_UNROLL
      for (uint i = 0; i < kOwn; ++i) {
        if (slice >= uint(slices) || i >= ownCols / 4) continue;
        const uint col = firstCol + slice * kCols + ownCol + i * 4 + lane % 4;
        total[slice][i] = joined(total[slice][i], sum[slice][i], factors);
        if (parted && inside && col < dv) partSums[(part * pairs + pair) * dv + col] = sum[slice][i];
      }
    }
    if (parted && inside && ownCol == 0 && lane % 4 == 0 && firstCol == 0)
      partRunning[part * pairs + pair] = float2(running.max, running.sum);
  }
  if (parted || !inside) return;
  VMM_UNROLL
  for (uint slice = 0; slice < kSlices; ++slice) {
    VMM_UNROLL
    for (uint i = 0; i < kOwn; ++i) {
      if (slice >= uint(slices) || i >= ownCols / 4) continue;
      const uint col = firstCol + slice * kCols + ownCol + i * 4 + lane % 4;
      if (col < dv) y[pair * dv + col] = meanOf(total[slice][i], all);
    }
  }
  if (a.lse.given && ownCol == 0 && lane % 4 == 0 && firstCol == 0) lse[pair] = logSum(all);
}

// Adds the parts of 8 rows, of which a simdgroup has two.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void attention_parts(
    constant op::Attention& a [[buffer(0)]], device const int* offsets [[buffer(4)]],
    device const int* ranges [[buffer(5)]], device float* y [[buffer(8)]], device float* lse [[buffer(9)]],
    device const float* partSums [[buffer(10)]], device const float2* partRunning [[buffer(11)]],
    uint2 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  const uint heads = a.q.dim[1], perKv = heads / a.k.dim[1], dv = a.v.dim[2];
  const QueryTile tile = queryTileAt(a, offsets, ranges, perKv, kFewRows, group.y);
  for (uint r = simdgroup; r < tile.count; r += kThreads / 32) {
    const uint query = uint((tile.first + r) / perKv),
               head = group.x * perKv + uint((tile.first + r) % perKv);
    const uint seen = seenBy(tile.sequence, causal, query);
    const ulong pairs = ulong(a.q.dim[0]) * heads, pair = ulong(tile.sequence.row + query) * heads + head;
    // Without values there is still the sum.
    for (uint col = lane; col == lane || col < dv; col += 32) {
      Running all{-INFINITY, 0.0f};
      float total = 0.0f;
      for (uint part = 0; partBegin(part) < seen; ++part) {
        const float2 running = partRunning[part * pairs + pair];
        const Factors factors = join(all, Running{running.x, running.y});
        if (col < dv) total = joined(total, partSums[(part * pairs + pair) * dv + col], factors);
      }
      if (col < dv) y[pair * dv + col] = meanOf(total, all);
      if (a.lse.given && col == 0) lse[pair] = logSum(all);
    }
  }
}
