// fill: y[i] = value, in the type of y.
// y: [count]. A threadgroup writes 1024 elements in a row. Writes the bytes of an element. Roofline on an M4
// Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s of 4 bytes, bound by memory.
#include <metal_stdlib>
#include "kernels/storage.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kElements = 1024;  // of a threadgroup

constant int dtype [[function_constant(0)]];

[[max_total_threads_per_threadgroup(kThreads)]] kernel void fill(constant op::Fill& a [[buffer(0)]],
                                                                 device void* y [[buffer(1)]],
                                                                 uint group [[threadgroup_position_in_grid]],
                                                                 uint thread_
                                                                 [[thread_index_in_threadgroup]]) {
  for (uint at = thread_; at < kElements; at += kThreads) {
    const uint i = group * kElements + at;
    if (i >= a.y.dim[0]) return;
    if (isFloat(dtype))
      storeFloat(y, dtype, i, a.value);
    else
      storeInt(y, dtype, i, truncated(a.value));
  }
}
