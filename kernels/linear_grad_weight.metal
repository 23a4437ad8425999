// linear_grad_weight: weight[e] = sum over the rows r of expert e of upstream[r] x[r]^T, bias[e] = the sum of
// their upstream[r]. x: f32 [rows, in], upstream: f32 [rows, out], rows at a stride; weight: f32 [experts?,
// out, in], bias: f32 [experts?, out]. With experts, linear_grad_weight_experts first lists the rows of each
// in their order; an expert without rows gets zeros. Threadgroups make tiles of 64 outputs by 128 inputs, or
// of 8 by 32 where there are few (kernels/product.h), for one expert; rows are the depth.
// linear_grad_weight_bias has a lane for each output of an expert and 8 simdgroups that share out the slices
// of 64 rows. Moves x, upstream and weight once if caches hold the rows of tiles, upstream twice with a
// bias; threadgroups together ask for x out / 64 times and for upstream in / 128 times. Roofline on an M4 Max
// (546 GB/s, 18 TFLOP/s f32), computed, not measured: 2 rows in out operations at 18 TFLOP/s where there are
// more rows than some 130: 1024 rows of 1024 inputs and 1024 outputs in 120 us.
#include <metal_stdlib>
#include "kernels/rows_by_expert.h"
#include "kernels/operands.h"
#include "kernels/product.h"
using namespace metal;

constant constexpr uint kBiasThreads = 256;
constant constexpr uint kBiasCols = 32;

constant constexpr uint kBiasSimdgroups = kBiasThreads / 32;

constant int small [[function_constant(0)]];
constant int rounded [[function_constant(1)]];

// Columns of the rows of an expert, which are the depth.
struct Columns {
  device const float* data;
  long stride;
  device const uint* list;
  bool listed;
  uint firstCol, count;
  static constexpr constant bool across = true;

  float at(uint v, uint k) const {
    return asOperand(data[long(listed ? list[k] : k) * stride + firstCol + v], rounded != 0);
  }
};

struct Output {
  device float* weight;
  uint firstRow, firstCol, in;

  void put(uint i, uint j, float sum) const { weight[ulong(firstRow + i) * in + firstCol + j] = sum; }
};

// Positions first … first + count in the list of rows by expert.
struct Span {
  uint first, count;
};
inline Span spanOf(constant op::LinearGradWeight& a, device const uint* starts, uint expert) {
  if (!a.expert.given) return Span{0, a.x.dim[0]};
  return Span{starts[expert], starts[expert + 1] - starts[expert]};
}

[[max_total_threads_per_threadgroup(kListThreads)]] kernel void linear_grad_weight_experts(
    constant op::LinearGradWeight& a [[buffer(0)]], device const int* expert [[buffer(3)]],
    device uint* order [[buffer(6)]], device uint* starts [[buffer(7)]],
    device atomic_uint* fault [[buffer(30)]], uint group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup uint memory[kListMemory];
  listRows(expert, a.x.dim[0], a.weight.dim[0], group, order, starts, fault, memory, lane, simdgroup);
}

[[max_total_threads_per_threadgroup(kProductThreads)]] kernel void linear_grad_weight(
    constant op::LinearGradWeight& a [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* upstream [[buffer(2)]], device float* weight [[buffer(4)]],
    device const uint* order [[buffer(6)]], device const uint* starts [[buffer(7)]],
    uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float memory[kProductMemory];
  const bool grouped = a.expert.given;
  const uint out = a.upstream.dim[1], in = a.x.dim[1], firstOut = group.x * rowsOfTile(small),
             firstIn = group.y * colsOfTile(small);
  const Span span = spanOf(a, starts, group.z);
  device const uint* rows = order + span.first;
  const Columns left{upstream, a.upstream.stride[0], rows, grouped, firstOut, out - firstOut};
  const Columns right{x, a.x.stride[0], rows, grouped, firstIn, in - firstIn};
  const Output output{weight + ulong(group.z) * out * in, firstOut, firstIn, in};
  productTile(small, memory, left, right, output, span.count, lane, simdgroup);
}

[[max_total_threads_per_threadgroup(kBiasThreads)]] kernel void linear_grad_weight_bias(
    constant op::LinearGradWeight& a [[buffer(0)]], device const float* upstream [[buffer(2)]],
    device float* bias [[buffer(5)]], device const uint* order [[buffer(6)]],
    device const uint* starts [[buffer(7)]], uint2 group [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float sums[kBiasSimdgroups * kBiasCols];
  const uint out = a.upstream.dim[1], col = group.x * kBiasCols + lane;
  const Span span = spanOf(a, starts, group.y);
  float total = 0.0f;
  for (uint begin = simdgroup * kSlice; begin < span.count; begin += kBiasSimdgroups * kSlice) {
    float sum = 0.0f;
    for (uint k = begin; k < min(span.count, begin + kSlice); ++k) {
      const uint row = a.expert.given ? order[span.first + k] : k;
      sum += col < out ? upstream[long(row) * a.upstream.stride[0] + col] : 0.0f;
    }
    total += sum;
  }
  sums[simdgroup * kBiasCols + lane] = total;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (simdgroup > 0 || col >= out) return;
  for (uint s = 1; s < kBiasSimdgroups; ++s) total += sums[s * kBiasCols + lane];
  bias[ulong(group.y) * out + col] = total;
}
