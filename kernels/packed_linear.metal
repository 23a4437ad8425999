// packed_linear: y[r] = f(W x[r] + b) times[r] + plus[r] with W as pack_weight has put it: panels of 32
// outputs. x: f32 [rows, in], rows at a stride; weight: f32 or f16 [panels, in, 32], or bf16 [panels, in / 2,
// 32, 2]; bias [out]; times, plus, y: f32 [rows, out]. The sums are those of linear to the last bit. A small
// tile (kernels/product.h) has one panel and 8 rows, a large one four panels and 64 rows. The 32 lanes of a
// simdgroup read neighbours: 128 bytes, with f16 64, of one row of a panel; 16 of these reads (bf16: 8) are
// under way at a time, and each simdgroup has a stretch of 64 inputs, which is one piece of memory of 4 or
// 8 KiB. Moves weight, x and y once if caches hold the rows of tiles; threadgroups together ask for x out /
// 128 times and for the weight rows / 64 times, with small tiles out / 32 and rows / 8 times. Roofline on an
// M4 Max (546 GB/s, 18 TFLOP/s f32), computed, not measured: up to 8 rows the weight at 546 GB/s, which is
// 273 G bf16 weights/s: 4096 outputs of 1024 inputs in 15 us; products of 8 rows are made for one as
// well, 4.4 TFLOP/s of the 18. There are out / 32 threadgroups, of which in / 64 simdgroups, up to 8, have
// work: fewer than some 1300 outputs leave cores idle, and fewer than 512 inputs some of their simdgroups.
#include <metal_stdlib>
#include "kernels/epilogue.h"
#include "kernels/operands.h"
#include "kernels/product.h"
using namespace metal;

constant constexpr uint kPanel = 32;

constant int small [[function_constant(0)]];
constant int weightType [[function_constant(1)]];
constant int biasType [[function_constant(2)]];
constant int epilogue [[function_constant(3)]];
constant int rounded [[function_constant(4)]];

// Outputs from firstCol on, a multiple of the outputs of a panel. Zeros fill the last panel and the last
// pair.
struct Panels {
  device const void* weight;
  uint deep, firstCol, count;
  static constexpr constant bool across = true;

  ulong place(uint v, uint row) const {
    const uint col = firstCol + v;
    return (ulong(col / kPanel) * deep + row) * kPanel + col % kPanel;
  }
  float at(uint v, uint k) const { return loadFloat(weight, weightType, place(v, k)); }
};
inline void stage(threadgroup float* tile, Panels panels, uint width, uint from, uint depth, uint first,
                  uint threads) {
  if (weightType != op::kBf16) return stageNumbers(tile, panels, width, from, depth, first, threads);
  device const uint* pairs = (device const uint*)panels.weight;
  for (uint at = first; at < width * kDepth / 2; at += threads) {
    const uint v = at % width, k = at / width * 2;
    const bool there = v < panels.count && from + k < depth;
    const uint pair = there ? pairs[panels.place(v, (from + k) / 2)] : 0;
    tile[k * (width + kPad) + v] = as_type<float>(pair << 16);
    tile[(k + 1) * (width + kPad) + v] = as_type<float>(pair & 0xffff0000);
  }
}

[[max_total_threads_per_threadgroup(kProductThreads)]] kernel void packed_linear(
    constant op::PackedLinear& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const void* weight [[buffer(2)]], device const void* bias [[buffer(3)]],
    device const float* times [[buffer(4)]], device const float* plus [[buffer(5)]],
    device float* y [[buffer(6)]], uint2 group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[kProductMemory];
  const uint out = a.y.dim[1], firstRow = group.x * rowsOfTile(small), firstCol = group.y * colsOfTile(small);
  const Rows left{x, a.x.stride[0], nullptr, false, firstRow, a.x.dim[0] - firstRow, rounded != 0};
  const Panels right{weight, a.weight.dim[1], firstCol, out - firstCol};
  const LinearOutput output{left,
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
  productTile(small, memory, left, right, output, a.x.dim[1], lane, simdgroup);
}
