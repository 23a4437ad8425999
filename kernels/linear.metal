// linear: y[r] = f(W[e] x[r] + b[e]), e = expert[r]; pre is the sum before f.
// x: f32 [rows, in], rows at a stride; weight: f32, f16 or bf16 [experts?, out, in], any strides; bias
// [experts?, out]; y, pre: f32 [rows, out]. With experts, linear_groups first sorts the rows by expert, so
// that a tile has one. A threadgroup of 4 simdgroups makes a tile of 64 rows (8 where there are no more) by
// 64 outputs, 16 inputs at a time through threadgroup memory; each sum is made of 8 x 8 x 8 products in the
// order of its inputs, whatever the tile. Moves weight, x and y once if caches hold the rows of tiles;
// threadgroups together ask for x out / 64 times and for the weight rows / 64 times. Roofline on an M4 Max
// (546 GB/s, 18 TFLOP/s), computed, not measured: 2 rows in out operations at 18 TFLOP/s from 66 rows on (f32
// weights); below that the weight at 546 GB/s: one row of 1024 by 4096 in 31 us.
#include <metal_stdlib>
#include <metal_simdgroup_matrix>
#include "kernels/functions.h"
#include "kernels/storage.h"
using namespace metal;

constant constexpr uint kThreads = 128;
constant constexpr uint kRows = 64;
constant constexpr uint kFewRows = 8;
constant constexpr uint kCols = 64;
constant constexpr uint kDepth = 16;
constant constexpr uint kMostExperts = 1024;  // a multiple of 32
constant constexpr uint kTileWords = 3;       // of an entry in the list of tiles

constant constexpr uint kStride = kDepth + 4;
constant constexpr uint kStripStride = 36;

constant int few [[function_constant(0)]];
constant int weightType [[function_constant(1)]];
constant int biasType [[function_constant(2)]];
constant int epilogue [[function_constant(3)]];
constant int rounded [[function_constant(4)]];
constant int outputsFirst [[function_constant(5)]];  // neighbours in the weight are of neighbouring outputs

inline float activated(float x) {
  switch (epilogue) {
    case op::Linear::kRelu:
      return relu(x);
    case op::Linear::kGelu:
      return gelu(x);
    case op::Linear::kGeluTanh:
      return geluTanh(x);
    case op::Linear::kSilu:
      return silu(x);
    case op::Linear::kTanh:
      return precise::tanh(x);
    case op::Linear::kSigmoid:
      return sigmoid(x);
    case op::Linear::kSoftplus:
      return softplus(x);
    default:
      return x;
  }
}
inline float operand(float x) { return rounded ? float(bfloat(x)) : x; }

// Rows of one expert: positions first … first + count in `order`, or rows themselves.
struct Tile {
  uint expert, first, count;
};
inline Tile tileOf(constant op::Linear& a, device const uint* tiles, uint number) {
  if (a.expert.given) {
    device const uint* entry = tiles + number * kTileWords;
    return Tile{entry[0], entry[1], entry[2]};
  }
  const uint height = few ? kFewRows : kRows, first = number * height;
  return Tile{0, first, min(height, a.x.dim[0] - first)};
}

// One threadgroup: lists the rows by expert, and the tiles.
[[max_total_threads_per_threadgroup(kThreads)]] kernel void linear_groups(
    constant op::Linear& a [[buffer(0)]], device const int* expert [[buffer(4)]],
    device uint* order [[buffer(7)]], device uint* tiles [[buffer(8)]],
    device atomic_uint* fault [[buffer(30)]], uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup atomic_uint count[kMostExperts];
  threadgroup atomic_uint next[kMostExperts];
  const uint rows = a.x.dim[0], experts = a.weight.dim[0], height = few ? kFewRows : kRows;
  const uint most = (rows + height - 1) / height + experts;
  for (uint e = thread_; e < experts; e += kThreads)
    atomic_store_explicit(&count[e], 0u, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint row = thread_; row < rows; row += kThreads) {
    const uint e = uint(expert[row]);
    if (e >= experts) atomic_fetch_min_explicit(fault, row, memory_order_relaxed);
    atomic_fetch_add_explicit(&count[e < experts ? e : 0], 1u, memory_order_relaxed);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (thread_ < 32) {
    uint row = 0, tile = 0;
    for (uint base = 0; base < experts; base += 32) {
      const uint e = base + thread_;
      const uint n = e < experts ? atomic_load_explicit(&count[e], memory_order_relaxed) : 0;
      const uint own = (n + height - 1) / height;
      const uint firstRow = row + simd_prefix_exclusive_sum(n),
                 firstTile = tile + simd_prefix_exclusive_sum(own);
      atomic_store_explicit(&next[e], firstRow, memory_order_relaxed);
      for (uint k = 0; k < own; ++k) {
        device uint* entry = tiles + (firstTile + k) * kTileWords;
        entry[0] = e;
        entry[1] = firstRow + k * height;
        entry[2] = min(height, n - k * height);
      }
      row += simd_sum(n);
      tile += simd_sum(own);
    }
    for (uint k = tile + thread_; k < most; k += 32)
      for (uint word = 0; word < kTileWords; ++word) tiles[k * kTileWords + word] = 0;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint row = thread_; row < rows; row += kThreads) {
    const uint e = uint(expert[row]);
    order[atomic_fetch_add_explicit(&next[e < experts ? e : 0], 1u, memory_order_relaxed)] = row;
  }
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void linear(
    constant op::Linear& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const void* bias [[buffer(3)]],
    device float* y [[buffer(5)]], device float* pre [[buffer(6)]], device const uint* order [[buffer(7)]],
    device const uint* tiles [[buffer(8)]], uint2 group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[(kRows + kCols) * kStride];
  threadgroup float* left = memory;
  threadgroup float* right = memory + kRows * kStride;
  const Tile tile = tileOf(a, tiles, group.y);
  if (tile.count == 0) return;
  const bool grouped = a.expert.given;
  const uint depth = a.x.dim[1], out = a.y.dim[1], firstCol = group.x * kCols,
             height = few ? kFewRows : kRows;
  const uint axis = a.weight.rank - 2;
  const long perOut = a.weight.stride[axis], perIn = a.weight.stride[axis + 1];
  const long matrix = grouped ? long(tile.expert) * a.weight.stride[0] : 0;

  // Each simdgroup makes 4 x 4 fragments of the 64 x 64, or 1 x 2 of the 8 x 64.
  const uint down = few ? 1 : 4, across = few ? 2 : 4;
  const uint ownRow = few ? 0 : simdgroup / 2 * 32, ownCol = few ? simdgroup * 16 : simdgroup % 2 * 32;
  simdgroup_float8x8 sum[4][4];
  for (uint i = 0; i < down; ++i)
    for (uint j = 0; j < across; ++j) sum[i][j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);

  for (uint from = 0; from < depth; from += kDepth) {
    for (uint at = thread_; at < height * kDepth; at += kThreads) {
      const uint r = at / kDepth, k = at % kDepth;
      float value = 0.0f;
      if (r < tile.count && from + k < depth) {
        const uint row = grouped ? order[tile.first + r] : tile.first + r;
        value = operand(x[long(row) * a.x.stride[0] + from + k]);
      }
      left[r * kStride + k] = value;
    }
    for (uint at = thread_; at < kCols * kDepth; at += kThreads) {
      const uint c = outputsFirst ? at % kCols : at / kDepth, k = outputsFirst ? at / kCols : at % kDepth;
      float value = 0.0f;
      if (firstCol + c < out && from + k < depth)
        value = operand(loadFloat(weight, weightType,
                                  ulong(matrix + long(firstCol + c) * perOut + long(from + k) * perIn)));
      right[c * kStride + k] = value;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < kDepth; k += 8) {
      simdgroup_float8x8 rows[4], cols[4];
      for (uint i = 0; i < down; ++i) simdgroup_load(rows[i], left + (ownRow + i * 8) * kStride + k, kStride);
      for (uint j = 0; j < across; ++j)
        simdgroup_load(cols[j], right + (ownCol + j * 8) * kStride + k, kStride, ulong2(0, 0), true);
      for (uint i = 0; i < down; ++i)
        for (uint j = 0; j < across; ++j)
          simdgroup_multiply_accumulate(sum[i][j], rows[i], cols[j], sum[i][j]);
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }

  // Eight rows at a time, through memory that the simdgroup has for itself.
  threadgroup float* strip = memory + simdgroup * 8 * kStripStride;
  const uint width = across * 8;
  for (uint i = 0; i < down; ++i) {
    for (uint j = 0; j < across; ++j) simdgroup_store(sum[i][j], strip + j * 8, kStripStride);
    simdgroup_barrier(mem_flags::mem_threadgroup);
    for (uint at = lane; at < 8 * width; at += 32) {
      const uint r = ownRow + i * 8 + at / width, col = firstCol + ownCol + at % width;
      if (r >= tile.count || col >= out) continue;
      float value = strip[at / width * kStripStride + at % width];
      if (a.bias.given) value += loadFloat(bias, biasType, ulong(tile.expert) * out + col);
      const ulong to = ulong(grouped ? order[tile.first + r] : tile.first + r) * out + col;
      if (a.pre.given) pre[to] = value;
      y[to] = activated(value);
    }
    simdgroup_barrier(mem_flags::mem_threadgroup);
  }
}
