// pack_weight: packed[j / 32, i, j % 32] = weight[j, i]; bf16 with pairs of i side by side: packed[j / 32, i
// / 2, j % 32, i % 2]. Zeros fill the last panel and the last pair. weight: f32, f16 or bf16 [out, in], any
// strides. A threadgroup takes 64 inputs of a panel of 32 outputs: it reads along the axis on which
// neighbours lie, and writes rows of the panel, through threadgroup memory. Moves each number in and out
// once. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s f32), computed, not measured: 68 G f32 or 137 G bf16
// numbers/s, bound by memory; done once for a weight.
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kInputs = 64;

constant constexpr uint kPanel = 32;
constant constexpr uint kStride = kPanel + 1;

constant int dtype [[function_constant(0)]];
constant int across [[function_constant(1)]];  // neighbours in memory are of neighbouring outputs

[[max_total_threads_per_threadgroup(kThreads)]] kernel void pack_weight(
    constant op::PackWeight& a [[buffer(0)]], device const void* weight [[buffer(1)]],
    device void* packed [[buffer(2)]], uint2 group [[threadgroup_position_in_grid]],
    uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup uint tile[kInputs * kStride];
  const uint out = a.weight.dim[0], in = a.weight.dim[1], firstIn = group.x * kInputs,
             firstOut = group.y * kPanel;
  for (uint at = thread_; at < kInputs * kPanel; at += kThreads) {
    const uint v = across ? at % kPanel : at / kInputs, k = across ? at / kPanel : at % kInputs;
    uint bits = 0;
    if (firstOut + v < out && firstIn + k < in) {
      const long from = long(firstOut + v) * a.weight.stride[0] + long(firstIn + k) * a.weight.stride[1];
      bits = dtype == op::kF32 ? ((device const uint*)weight)[from] : ((device const ushort*)weight)[from];
    }
    tile[k * kStride + v] = bits;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  // Rows of the panel: of one input, or of two.
  const uint side = dtype == op::kBf16 ? 2 : 1, deep = a.packed.dim[1];
  for (uint at = thread_; at < kInputs / side * kPanel; at += kThreads) {
    const uint v = at % kPanel, k = at / kPanel, row = firstIn / side + k;
    if (row >= deep) continue;
    const ulong to = (ulong(group.y) * deep + row) * kPanel + v;
    const uint bits = tile[k * side * kStride + v];
    if (dtype == op::kF16)
      ((device ushort*)packed)[to] = ushort(bits);
    else
      ((device uint*)packed)[to] =
          dtype == op::kBf16 ? bits | tile[(k * side + 1) * kStride + v] << 16 : bits;
  }
}
