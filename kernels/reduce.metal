// reduce: y = sum, mean, max or min of x over some axes; max and min give NaN when they meet it; over nothing
// 0, NaN, -infinity, infinity. x: f32, any strides; y: f32, row-major. The host puts the reduced axes last
// and merges neighbours. 4, 32 or 256 threads share the elements of an output in turns and combine their
// results in a tree; what is more than a piece is cut into pieces, and their results, [pieces, outputs], are
// reduced by the next dispatch. Lanes lie along outputs where these are the neighbours in memory, else along
// the reduced axes. Sums are compensated: their error does not grow with the length. Moves 4 bytes per
// element. Roofline on an M4 Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s, bound by
// memory; at 9 operations an element compute allows 2000 G.
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kAcross = 64;        // outputs of a threadgroup, where lanes lie along those
constant constexpr uint kAcrossPiece = 256;  // elements of a piece there
constant constexpr uint kAlongPiece = 16384;

constant int fn [[function_constant(0)]];
constant int along [[function_constant(1)]];    // lanes lie along the reduced axes
constant int outputs [[function_constant(2)]];  // of a threadgroup
constant int rounds [[function_constant(3)]];   // how often pieces have been reduced
constant int last [[function_constant(4)]];

// What some elements give: a sum is kept with what its rounding has lost.
inline float2 none() {
  return float2(fn == op::Reduce::kMax ? -INFINITY : fn == op::Reduce::kMin ? INFINITY : 0.0f, 0.0f);
}
inline float2 combined(float2 left, float2 right) {
  const float a = left.x, b = right.x;
  switch (fn) {
    case op::Reduce::kMax:
      return b > a || b != b ? right : left;
    case op::Reduce::kMin:
      return b < a || b != b ? right : left;
    default: {
      const float sum = a + b, own = sum - a;
      return float2(sum, left.y + right.y + ((a - (sum - own)) + (b - own)));
    }
  }
}
// What an infinite sum has lost means nothing.
inline float numberOf(float2 result) { return isfinite(result.x) ? result.x + result.y : result.x; }

// Elements of the axes begin … end of x, and the offset of one of them.
inline uint countOf(constant op::Tensor& x, uint begin, uint end) {
  uint count = 1;
  for (uint axis = begin; axis < end; ++axis) count *= x.dim[axis];
  return count;
}
inline long offsetOf(constant op::Tensor& x, uint begin, uint end, uint index) {
  long offset = 0;
  for (uint axis = end; axis > begin + 1; --axis) {
    const uint dim = x.dim[axis - 1];
    offset += long(index % dim) * x.stride[axis - 1];
    index /= dim;
  }
  return end > begin ? offset + long(index) * x.stride[begin] : 0;
}

[[max_total_threads_per_threadgroup(kThreads)]] kernel void reduce(
    constant op::Reduce& a [[buffer(0)]], device const float* x [[buffer(1)]], device float* y [[buffer(2)]],
    device float2* evens [[buffer(3)]], device float2* odds [[buffer(4)]],
    uint2 group [[threadgroup_position_in_grid]], uint thread_ [[thread_index_in_threadgroup]]) {
  threadgroup float2 shared[kThreads];
  const uint parts = kThreads / uint(outputs), kept = uint(a.axes);
  const uint own = along ? thread_ / parts : thread_ % uint(outputs);
  const uint part = along ? thread_ % parts : thread_ / uint(outputs);
  const uint output = group.x * uint(outputs) + own;
  const uint piece = along ? kAlongPiece : kAcrossPiece;
  const uint all = countOf(a.x, 0, kept), elements = countOf(a.x, kept, a.x.rank);
  uint count = elements;
  for (uint before = 0; before < uint(rounds); ++before) count = (count + piece - 1) / piece;
  device const float2* pieces = rounds % 2 ? evens : odds;

  float2 result = none();
  if (output < all) {
    const long start = offsetOf(a.x, 0, kept, output);
    const uint begin = group.y * piece, end = begin + min(piece, count - begin);
    for (uint i = begin + part; i < end; i += parts) {
      float2 next = float2(0.0f, 0.0f);
      if (rounds > 0)
        next = pieces[ulong(i) * all + output];
      else
        next.x = x[start + offsetOf(a.x, kept, a.x.rank, i)];
      result = combined(result, next);
    }
  }
  threadgroup float2* sums = shared + own * parts;
  sums[part] = result;
  for (uint reach = parts / 2; reach > 0; reach /= 2) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (part < reach) sums[part] = combined(sums[part], sums[part + reach]);
  }
  // The first part has read what it wrote itself.
  if (part > 0 || output >= all) return;
  if (!last) {
    device float2* to = rounds % 2 ? odds : evens;
    to[ulong(group.y) * all + output] = sums[0];
    return;
  }
  const float whole = numberOf(sums[0]);
  y[output] = fn == op::Reduce::kMean ? whole / float(elements) : whole;
}
