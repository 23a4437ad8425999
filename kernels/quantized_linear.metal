// quantized_linear: y[r] = f(W x[r] + b) times[r] + plus[r], W in blocks of 32 integers along a row that
// share a scale. x: f32 [rows, in], rows at a stride; quants: i8 (q8_0), or u8 (q4_0: byte i of a block has
// weight i in its low four bits and weight i + 16 in its high ones, both plus 8), in panels of 32 outputs, a
// word of each of them side by side: [panels, bytes of a row / 4, 32 * 4]; scales: f16 [panels, in / 32, 32];
// bias [out]; times, plus, y: f32 [rows, out]. quantized_linear_rows rounds x to 8 bits in blocks of 32 by
// its own, eight lanes for a block. Products (kernels/product.h) are of integers times scales: a weight times
// its scale is exact in f32, sums are f32 sums. A small tile has 8 rows and 32 outputs; a slice of 64 inputs
// is 16 words (q4_0: 8) of 32 outputs side by side, which one simdgroup reads in four steps. Moves quants,
// scales, x and y once, and x twice in 8 bits, if caches hold the rows of tiles; threadgroups together ask
// for these out / 128 times and for quants and scales rows / 64 times, with small tiles out / 32 and rows / 8
// times. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s f32), computed, not measured: up to 8 rows of 1024
// inputs and 4096 outputs take 8.2 us with q8_0, by 1.06 bytes a weight; q4_0 has 0.56 bytes, 4.3 us, and its
// products of 8 rows, which are made for one as well, 3.7 us. There are out / 32 threadgroups, of which in /
// 64 simdgroups, up to 8, have work: fewer than some 1300 outputs leave cores idle, and fewer than 512 inputs
// some of their simdgroups.
#include <metal_stdlib>
#include "kernels/epilogue.h"
#include "kernels/operands.h"
#include "kernels/product.h"
#include "kernels/storage.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kBlock = 32;
constant constexpr uint kPanel = 32;
static_assert(kDepth * 2 == kBlock, "a step is half a block");

constant int small [[function_constant(0)]];
constant int nibbles [[function_constant(1)]];
constant int biasType [[function_constant(2)]];
constant int epilogue [[function_constant(3)]];

// Rows first … first + count of integers of 8 or 4 bits, and a scale for each block of them: one row behind
// the other, or in panels, where a word of each of 32 rows follows the next.
struct Blocks {
  device const uint* words;
  device const void* scales;
  int scaleType;
  bool halved;  // 4 bits
  bool panels;
  uint depth, first, count;
  static constexpr constant bool across = false;

  // Item i of a row that has n of them.
  ulong place(uint v, uint i, uint n) const {
    const ulong row = first + v;
    return panels ? (row / kPanel * n + i) * kPanel + row % kPanel : row * n + i;
  }
};
// Half a block of each row: four words of 8 bits, or one half of the bytes of four.
inline void stage(threadgroup float* tile, Blocks blocks, uint width, uint from, uint, uint first,
                  uint threads) {
  const uint block = from / kBlock, shift = from % kBlock == 0 ? 0 : 4;
  for (uint at = first; at < width * 4; at += threads) {
    const uint v = blocks.panels ? at % width : at / 4, word = blocks.panels ? at / width : at % 4;
    uint bits = 0;
    float scale = 0.0f;
    if (v < blocks.count) {
      bits = blocks.halved ? blocks.words[blocks.place(v, block * 4 + word, blocks.depth / 8)] >> shift
                           : blocks.words[blocks.place(v, from / 4 + word, blocks.depth / 4)];
      scale = loadFloat(blocks.scales, blocks.scaleType, blocks.place(v, block, blocks.depth / kBlock));
    }
    for (uint i = 0; i < 4; ++i) {
      const uint byte = bits >> (i * 8);
      const int value = blocks.halved ? int(byte & 15) - 8 : int(byte << 24) >> 24;
      tile[v * kVector + word * 4 + i] = float(value) * scale;
    }
  }
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void quantized_linear_rows(
    constant op::QuantizedLinear& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device uint* values [[buffer(8)]], device float* scales [[buffer(9)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  const uint depth = a.x.dim[1], row = group.y, word = group.x * kThreads + thread_;
  const bool there = word < depth / 4;
  float own[4], largest = 0.0f;
  for (uint i = 0; i < 4; ++i) {
    own[i] = there ? x[long(row) * a.x.stride[0] + word * 4 + i] : 0.0f;
    largest = max(largest, fabs(own[i]));
  }
  for (ushort lanes = 1; lanes < kBlock / 4; lanes *= 2)
    largest = max(largest, simd_shuffle_xor(largest, lanes));
  const float inverse = largest > 0.0f ? 127.0f / largest : 0.0f;
  uint bits = 0;
  for (uint i = 0; i < 4; ++i) {
    const float scaled = own[i] * inverse;
    bits |= (uint(int(scaled == scaled ? rint(scaled) : 0.0f)) & 255) << (i * 8);
  }
  if (!there) return;
  values[ulong(row) * (depth / 4) + word] = bits;
  if (word % (kBlock / 4) == 0)
    scales[ulong(row) * (depth / kBlock) + word / (kBlock / 4)] = largest / 127.0f;
}

[[max_total_threads_per_threadgroup(kProductThreads)]] kernel void quantized_linear(
    constant op::QuantizedLinear& a [[buffer(0)]], device const uint* quants [[buffer(2)]],
    device const half* scales [[buffer(3)]], device const void* bias [[buffer(4)]],
    device const float* times [[buffer(5)]], device const float* plus [[buffer(6)]],
    device float* y [[buffer(7)]], device const uint* values [[buffer(8)]],
    device const float* rowScales [[buffer(9)]], uint2 group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[kProductMemory];
  const uint depth = a.x.dim[1], out = a.y.dim[1], firstRow = group.x * rowsOfTile(small),
             firstCol = group.y * colsOfTile(small), rows = a.x.dim[0] - firstRow;
  const Blocks left{values, rowScales, op::kF32, false, false, depth, firstRow, rows};
  const Blocks right{quants, scales, op::kF16, nibbles != 0, true, depth, firstCol, out - firstCol};
  const Rows places{nullptr, 0, nullptr, false, firstRow, rows, false};
  const LinearOutput output{places,
                            bias,
                            y,
                            nullptr,
                            0,
                            firstCol,
                            out,
                            a.bias.given != 0,
                            false,
                            biasType,
                            epilogue,
                            a.times.given ? times : nullptr,
                            a.plus.given ? plus : nullptr};
  productTile(small, memory, left, right, output, depth, lane, simdgroup);
}
