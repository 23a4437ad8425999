// attention_grad: with P[i, j] = exp(q_i k_j * scale + bias - lse_i), g = upstream and D_i = g_i y_i:
//   dS[i, j] = P[i, j] (g_i v_j - D_i),        dBias[h, w] = sum of dS over the pairs that used bias[h, w],
//   dq_i = scale * sum_j dS[i, j] k_j,  dk_j = scale * sum_i dS[i, j] q_i,  dv_j = sum_i P[i, j] g_i.
// q, dq [rows, heads, dk], g, y [rows, heads, dv], k, dk [keys, kvHeads, dk], v, dv [keys, kvHeads, dv], rows
// of q, k and v at a stride; lse [rows, heads]; dBias [heads, width]. Each sum has one owner and a fixed
// order, so there are two passes, each of which computes P and dS by itself, 32 x 32 of them at a time in
// threadgroup memory: attention_grad for 32 queries of a head over the keys that they see gives dq, and
// attention_grad_keys for 32 keys of a kv head over the sequences, heads and queries that see them gives dk
// and dv. A threadgroup has 4 simdgroups with 8 of its rows each; sums stay in matrices of 8 x 8. For dBias
// the first pass adds up diagonals of dS by distance, for each tile in memory of its own, and
// attention_grad_bias adds the tiles. More than 128 columns are cut to threadgroups which compute the same P
// and dS. What is infinite or NaN may reach the gradients of other rows of its tile. Moves k and v for each
// tile of queries, q and g for each tile of keys and head, which caches share. Roofline on an M4 Max (546
// GB/s, 18 TFLOP/s), computed, not measured: 8 dk + 6 dv operations for each query, key and head at 18
// TFLOP/s: 1024 causal queries of 16 heads of 64 in 0.42 ms.
#include <metal_stdlib>
#include <metal_simdgroup_matrix>
#include "kernels/attention.h"
using namespace metal;

constant constexpr uint kThreads = 128;
constant constexpr uint kRows = 32;  // of queries, and of keys
constant constexpr uint kCols = 64;  // of a slice
constant constexpr uint kMostCols = 128;

constant constexpr uint kDepth = 32;
constant constexpr uint kStride = kDepth + 4;
constant constexpr uint kColStride = kCols + 4;
constant constexpr uint kSlices = kMostCols / kCols;
constant constexpr uint kDiagonals = 2 * kRows - 1;

constant int causal [[function_constant(0)]];
constant int slices [[function_constant(1)]];  // of a threadgroup
constant int biased [[function_constant(2)]];  // dBias is asked for

// What P and dS need of a query: lse, D, and how many keys it sees.
struct Query {
  float lse, dot;
  uint seen;
};

// Queries and keys of a tile; `key` counts all keys, not those of the sequence.
struct Pairs {
  Sequence sequence;
  uint head, query, key;
};

// sum[j] += own rows x (the j-th 8 of the others)'.
inline void addProducts(thread simdgroup_float8x8* sum, Operand own, Operand others, uint depth,
                        threadgroup float* memory, uint thread_, uint simdgroup) {
  threadgroup float* right = memory + kRows * kStride;
  for (uint from = 0; from == 0 || from < depth; from += kDepth) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    stage(memory, kDepth, own, from, depth, kThreads, thread_);
    stage(right, kDepth, others, from, depth, kThreads, thread_);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = 0; i < kDepth; i += 8) {
      simdgroup_float8x8 rows, cols;
      simdgroup_load(rows, memory + simdgroup * 8 * kStride + i, kStride);
      for (uint j = 0; j < 4; ++j) {
        simdgroup_load(cols, right + j * 8 * kStride + i, kStride, ulong2(0, 0), true);
        simdgroup_multiply_accumulate(sum[j], rows, cols, sum[j]);
      }
    }
  }
}

// From q k' and g v', whose rows are queries or `byKey` keys, P and dS of the simdgroup's 8 rows. Pairs that
// do not see each other have zeros. What comes next begins with a barrier.
inline void weigh(Pairs pairs, bool byKey, thread simdgroup_float8x8* score, thread simdgroup_float8x8* slope,
                  constant op::AttentionGrad& a, device const float* bias, const threadgroup Query* queries,
                  threadgroup float* p, threadgroup float* ds, uint lane, uint simdgroup) {
  for (uint j = 0; j < 4; ++j) {
    simdgroup_store(score[j], p + simdgroup * 8 * kStride + j * 8, kStride);
    simdgroup_store(slope[j], ds + simdgroup * 8 * kStride + j * 8, kStride);
  }
  simdgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = 0; i < kRows / 4; ++i) {
    const uint row = simdgroup * 8 + lane / 4, col = i * 4 + lane % 4, at = row * kStride + col;
    const Query query = queries[byKey ? col : row];
    const uint number = pairs.query + (byKey ? col : row),
               key = pairs.key + (byKey ? row : col) - pairs.sequence.key;
    const bool sees = key < query.seen;
    float s = p[at];
    if (a.bias.given && sees) s += bias[biasAt(pairs.sequence, a.bias.dim[1], pairs.head, number, key)];
    const float weight = precise::exp(s - query.lse);
    p[at] = sees ? weight : 0.0f;
    ds[at] = sees ? weight * (ds[at] - query.dot) : 0.0f;
  }
}

// sum += the simdgroup's 8 rows of weights x 32 rows of values, 64 columns of them.
inline void addSlice(thread simdgroup_float8x8* sum, const threadgroup float* weights, Operand values,
                     uint col, uint cols, threadgroup float* memory, uint thread_, uint simdgroup) {
  threadgroup_barrier(mem_flags::mem_threadgroup);
  stage(memory, kCols, values, col, cols, kThreads, thread_);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = 0; i < kRows; i += 8) {
    simdgroup_float8x8 weight, value;
    simdgroup_load(weight, weights + simdgroup * 8 * kStride + i, kStride);
    for (uint j = 0; j < kCols / 8; ++j) {
      simdgroup_load(value, memory + i * kColStride + j * 8, kColStride);
      simdgroup_multiply_accumulate(sum[j], weight, value, sum[j]);
    }
  }
}

// Writes the first `count` of a simdgroup's 8 rows; `to` is the first one, at column `col`.
inline void storeSlice(thread simdgroup_float8x8* sum, threadgroup float* strip, device float* to,
                       ulong stride, uint count, uint col, uint cols, float factor, uint lane) {
  VMM_UNROLL
  for (uint half_ = 0; half_ < kCols; half_ += 32) {
    simdgroup_barrier(mem_flags::mem_threadgroup);
    for (uint j = 0; j < 4; ++j) simdgroup_store(sum[half_ / 8 + j], strip + j * 8, kStride);
    simdgroup_barrier(mem_flags::mem_threadgroup);
    for (uint row = 0; row < count; ++row)
      if (col + half_ + lane < cols) to[row * stride + half_ + lane] = strip[row * kStride + lane] * factor;
  }
}

inline void clear(thread simdgroup_float8x8* sum, uint count) {
  for (uint j = 0; j < count; ++j) sum[j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
}

// Rows of the simdgroup among `count` rows.
inline uint ownRows(uint count, uint simdgroup) { return min(count - min(count, simdgroup * 8), 8u); }

// Adds the diagonals of dS to the sums by distance. A thread has every kThreads-th of these.
inline void addDiagonals(Pairs pairs, uint width, const threadgroup float* ds, threadgroup float* diagonals,
                         device float* sums, uint thread_) {
  if (thread_ < kDiagonals) {
    float sum = 0.0f;
    const uint first = thread_ < kRows ? kRows - 1 - thread_ : 0;
    for (uint row = first, col = thread_ + first - (kRows - 1); max(row, col) < kRows; ++row, ++col)
      sum += ds[row * kStride + col];
    diagonals[thread_] = sum;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const Sequence s = pairs.sequence;
  const long begin = long(pairs.key - s.key) - (long(pairs.query) + s.keys - s.rows) - (kRows - 1) +
                     (width - 1) / 2,
             low = clamp(begin, 0l, long(width) - 1),
             high = clamp(begin + kDiagonals - 1, 0l, long(width) - 1);
  const long entry = low + (thread_ + kThreads - uint(low % kThreads)) % kThreads;
  if (entry > high) return;
  // The ends of the table have all distances beyond.
  const uint first = entry == 0 ? 0 : uint(entry - begin),
             last = entry == long(width) - 1 ? kDiagonals - 1 : uint(entry - begin);
  float sum = 0.0f;
  for (uint i = first; i <= last; ++i) sum += diagonals[i];
  sums[entry] += sum;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void attention_grad(
    constant op::AttentionGrad& a [[buffer(0)]], device const float* q [[buffer(1)]],
    device const float* k [[buffer(2)]], device const float* v [[buffer(3)]],
    device const int* offsets [[buffer(4)]], device const int* ranges [[buffer(5)]],
    device const float* bias [[buffer(6)]], device const float* y [[buffer(7)]],
    device const float* lse [[buffer(8)]], device const float* upstream [[buffer(9)]],
    device float* dq [[buffer(10)]], device float* dots [[buffer(14)]], device float* parts [[buffer(15)]],
    device atomic_uint* fault [[buffer(30)]], uint2 group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[2 * kRows * kStride];
  threadgroup float p[kRows * kStride];
  threadgroup float ds[kRows * kStride];
  threadgroup float diagonals[kDiagonals];
  threadgroup Query queries[kRows];
  const uint heads = a.q.dim[1], perKv = heads / a.k.dim[1], dk = a.q.dim[2], dv = a.v.dim[2],
             width = a.dBias.dim[1];
  const uint head = group.x % heads, kvHead = head / perKv, firstCol = group.x / heads * kMostCols;
  if (thread_ == 0 && group.x == 0) checkSequence(a, offsets, ranges, fault, group.y);
  device float* part = parts + (ulong(group.y) * heads + head) * width;
  if (biased && firstCol == 0)
    for (uint w = thread_; w < width; w += kThreads) part[w] = 0.0f;
  const QueryTile tile = queryTileAt(a, offsets, ranges, 1, kRows, group.y);
  if (tile.count == 0) return;

  const Sequence s = tile.sequence;
  const uint first = uint(tile.first), r = simdgroup * 8 + lane / 4;
  const ulong pair = ulong(s.row + first) * heads + head;
  float dot = 0.0f;
  for (uint i = lane % 4; i < dv && r < tile.count; i += 4)
    dot = fma(y[(pair + ulong(r) * heads) * dv + i], upstream[(pair + ulong(r) * heads) * dv + i], dot);
  dot += simd_shuffle_xor(dot, 1);
  dot += simd_shuffle_xor(dot, 2);
  if (lane % 4 == 0) {
    const float norm = r < tile.count ? lse[pair + ulong(r) * heads] : -INFINITY;
    queries[r] = Query{norm, dot, norm == -INFINITY ? 0 : seenBy(s, causal, first + r)};
    if (r < tile.count && firstCol == 0) dots[pair + ulong(r) * heads] = dot;
  }

  const Operand ownQueries{q + long(s.row + first) * a.q.stride[0] + long(head) * a.q.stride[1],
                           a.q.stride[0], tile.count, a.scale};
  const Operand ownUpstream{upstream + pair * dv, long(heads) * dv, tile.count, 1.0f};
  simdgroup_float8x8 sum[kSlices][kCols / 8];
  for (uint slice = 0; slice < kSlices; ++slice) clear(sum[slice], kCols / 8);
  const uint last = seenBy(s, causal, first + tile.count - 1);
  for (uint from = 0; from < last; from += kRows) {
    const uint count = min(kRows, last - from);
    const Operand keys{k + long(s.key + from) * a.k.stride[0] + long(kvHead) * a.k.stride[1], a.k.stride[0],
                       count, 1.0f};
    const Operand values{v + long(s.key + from) * a.v.stride[0] + long(kvHead) * a.v.stride[1], a.v.stride[0],
                         count, 1.0f};
    const Pairs pairs{s, head, first, s.key + from};
    simdgroup_float8x8 score[4], slope[4];
    clear(score, 4);
    clear(slope, 4);
    addProducts(score, ownQueries, keys, dk, memory, thread_, simdgroup);
    addProducts(slope, ownUpstream, values, dv, memory, thread_, simdgroup);
    weigh(pairs, false, score, slope, a, bias, queries, p, ds, lane, simdgroup);
    VMM_UNROLL
    for (uint slice = 0; slice < kSlices; ++slice)
      if (slice < uint(slices))
        addSlice(sum[slice], ds, keys, firstCol + slice * kCols, dk, memory, thread_, simdgroup);
    if (biased && firstCol == 0) addDiagonals(pairs, width, ds, diagonals, part, thread_);
  }
  const uint own = ownRows(tile.count, simdgroup);
  device float* to = dq + (pair + ulong(simdgroup) * 8 * heads) * dk;
  VMM_UNROLL
  for (uint slice = 0; slice < kSlices; ++slice) {
    if (slice >= uint(slices)) continue;
    const uint col = firstCol + slice * kCols;
    storeSlice(sum[slice], p + simdgroup * 8 * kStride, to + col, ulong(heads) * dk, own, col, dk, a.scale,
               lane);
  }
}

// The first sequence that may have keys from `row` on. Without ranges they are in the order of their keys.
inline uint firstSequence(constant op::AttentionGrad& a, device const int* offsets, uint row) {
  uint low = 0, high = a.kvRange.given ? 0 : sequencesOf(a);
  while (low != high) {
    const uint middle = low + (high - low) / 2;
    const bool beyond = offsetAt(a, offsets, middle + 1) > row;
    high = beyond ? middle : high;
    low = beyond ? low : middle + 1;
  }
  return low;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void attention_grad_keys(
    constant op::AttentionGrad& a [[buffer(0)]], device const float* q [[buffer(1)]],
    device const float* k [[buffer(2)]], device const float* v [[buffer(3)]],
    device const int* offsets [[buffer(4)]], device const int* ranges [[buffer(5)]],
    device const float* bias [[buffer(6)]], device const float* lse [[buffer(8)]],
    device const float* upstream [[buffer(9)]], device float* dkeys [[buffer(11)]],
    device float* dvalues [[buffer(12)]], device const float* dots [[buffer(14)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[2 * kRows * kStride];
  threadgroup float p[kRows * kStride];
  threadgroup float ds[kRows * kStride];
  threadgroup Query queries[kRows];
  const uint heads = a.q.dim[1], kvHeads = a.k.dim[1], perKv = heads / kvHeads, dk = a.q.dim[2],
             dv = a.v.dim[2];
  const uint kvHead = group.x % kvHeads, firstCol = group.x / kvHeads * kMostCols, begin = group.y * kRows,
             count = min(kRows, a.k.dim[0] - begin);
  const Operand keys{k + long(begin) * a.k.stride[0] + long(kvHead) * a.k.stride[1], a.k.stride[0], count,
                     1.0f};
  const Operand values{v + long(begin) * a.v.stride[0] + long(kvHead) * a.v.stride[1], a.v.stride[0], count,
                       1.0f};
  simdgroup_float8x8 keySum[kSlices][kCols / 8], valueSum[kSlices][kCols / 8];
  for (uint slice = 0; slice < kSlices; ++slice) {
    clear(keySum[slice], kCols / 8);
    clear(valueSum[slice], kCols / 8);
  }

  for (uint number = firstSequence(a, offsets, begin); number < sequencesOf(a); ++number) {
    const Sequence s = sequenceAt(a, offsets, ranges, number);
    if (!a.kvRange.given && s.key >= begin + count) break;
    const uint low = max(begin, s.key);
    if (low >= min(begin + count, s.key + s.keys)) continue;
    // The first query that sees the first key. Blocks begin at multiples of 32 in every tile of keys.
    const uint sees = causal ? uint(max(long(low - s.key) + s.rows - s.keys, 0l)) : 0;
    for (uint head = kvHead * perKv; head < (kvHead + 1) * perKv; ++head)
      for (uint from = sees / kRows * kRows; from < s.rows; from += kRows) {
        const uint own = min(kRows, s.rows - from);
        const ulong pair = ulong(s.row + from) * heads + head;
        if (thread_ < kRows) {
          const ulong at = pair + ulong(thread_) * heads;
          const bool there = thread_ < own;
          const float norm = there ? lse[at] : -INFINITY;
          queries[thread_] =
              Query{norm, there ? dots[at] : 0.0f, norm == -INFINITY ? 0 : seenBy(s, causal, from + thread_)};
        }
        const Operand others{q + long(s.row + from) * a.q.stride[0] + long(head) * a.q.stride[1],
                             a.q.stride[0], own, a.scale};
        const Operand theirs{upstream + pair * dv, long(heads) * dv, own, 1.0f};
        const Pairs pairs{s, head, from, begin};
        simdgroup_float8x8 score[4], slope[4];
        clear(score, 4);
        clear(slope, 4);
        addProducts(score, keys, others, dk, memory, thread_, simdgroup);
        addProducts(slope, values, theirs, dv, memory, thread_, simdgroup);
        weigh(pairs, true, score, slope, a, bias, queries, p, ds, lane, simdgroup);
        VMM_UNROLL
        for (uint slice = 0; slice < kSlices; ++slice) {
          if (slice >= uint(slices)) continue;
          const uint col = firstCol + slice * kCols;
          addSlice(valueSum[slice], p, theirs, col, dv, memory, thread_, simdgroup);
          addSlice(keySum[slice], ds, others, col, dk, memory, thread_, simdgroup);
        }
      }
  }
  const uint own = ownRows(count, simdgroup);
  const ulong row = (ulong(begin) + simdgroup * 8) * kvHeads + kvHead;
  VMM_UNROLL
  for (uint slice = 0; slice < kSlices; ++slice) {
    if (slice >= uint(slices)) continue;
    const uint col = firstCol + slice * kCols;
    threadgroup float* strip = p + simdgroup * 8 * kStride;
    storeSlice(keySum[slice], strip, dkeys + row * dk + col, ulong(kvHeads) * dk, own, col, dk, 1.0f, lane);
    storeSlice(valueSum[slice], strip, dvalues + row * dv + col, ulong(kvHeads) * dv, own, col, dv, 1.0f,
               lane);
  }
}

// dBias: the sums of all tiles, in their order.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void attention_grad_bias(
    constant op::AttentionGrad& a [[buffer(0)]], device float* dBias [[buffer(13)]],
    device const float* parts [[buffer(15)]], uint2 at [[thread_position_in_grid]]) {
  const uint heads = a.q.dim[1], width = a.dBias.dim[1],
             tiles = a.q.dim[0] / kRows + max(a.offsets.dim[0], 1u);
  if (at.x >= width) return;
  float sum = 0.0f;
  for (uint tile = 0; tile < tiles; ++tile) sum += parts[(ulong(tile) * heads + at.y) * width + at.x];
  dBias[ulong(at.y) * width + at.x] = sum;
}
