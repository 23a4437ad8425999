// iota: y[i] = i.
// y: i32 [count]. A threadgroup writes 1024 elements in a row. Writes 4 bytes per element. Roofline on an M4
// Max (546 GB/s, 18 TFLOP/s), computed, not measured: 136 G elements/s, bound by memory.
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kThreads = 256;
constant constexpr uint kElements = 1024;  // of a threadgroup

[[max_total_threads_per_threadgroup(kThreads)]] kernel void iota(constant op::Iota& a [[buffer(0)]],
                                                                 device int* y [[buffer(1)]],
                                                                 uint group [[threadgroup_position_in_grid]],
                                                                 uint thread_
                                                                 [[thread_index_in_threadgroup]]) {
  for (uint at = thread_; at < kElements; at += kThreads) {
    const uint i = group * kElements + at;
    if (i >= a.y.dim[0]) return;
    y[i] = int(i);
  }
}
