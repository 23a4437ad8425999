// Kernels with one mistake each, and some that are right: what the emulation has to say of them.
// Buffer 0 is written, buffer 1 is read; all are run by two simdgroups.
#include <metal_stdlib>
using namespace metal;

constant constexpr uint kThreads = 64;

kernel void right(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                  uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float other = shared[kThreads - 1 - at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  shared[at] = other;
  out[at] = shared[at];
}

kernel void no_barrier(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                       uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  out[at] = shared[kThreads - 1 - at];  // no_barrier: read before it is written
}

kernel void write_after_read(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                             uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float other = shared[kThreads - 1 - at];  // write_after_read: here
  shared[at] = other;                             // write_after_read: or here
  out[at] = other;
}

kernel void wrong_flags(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                        uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  threadgroup_barrier(mem_flags::mem_device);
  out[at] = shared[kThreads - 1 - at];  // wrong_flags: the barrier orders device memory
}

kernel void device_flags(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                         uint at [[thread_index_in_threadgroup]]) {
  out[at] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float other = out[kThreads - 1 - at];  // device_flags: the barrier orders threadgroup memory
  threadgroup_barrier(mem_flags::mem_device);
  out[at] = other;
}

kernel void simdgroup_enough(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                             uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  simdgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = shared[at ^ 31];
}

kernel void simdgroup_too_little(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                                 uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  shared[at] = in[at];
  simdgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = shared[at ^ 32];  // simdgroup_too_little: the other simdgroup
}

kernel void divergent_barrier(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                              uint at [[thread_index_in_threadgroup]]) {
  if (at < 40)
    threadgroup_barrier(mem_flags::mem_threadgroup);  // divergent_barrier: not all
  out[at] = in[at];
}

kernel void two_barriers(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                         uint at [[thread_index_in_threadgroup]]) {
  if (at < 32)
    threadgroup_barrier(mem_flags::mem_threadgroup);  // two_barriers: these
  else
    threadgroup_barrier(mem_flags::mem_device);  // two_barriers: and those
  out[at] = in[at];
}

kernel void divergent_sum(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                          uint at [[thread_index_in_threadgroup]]) {
  out[at] = 0.0f;
  if (at % 2 == 0) out[at] = simd_sum(in[at]);  // divergent_sum: every second lane
}

kernel void beyond_end(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                       uint at [[thread_index_in_threadgroup]]) {
  out[at] = in[at + 1];  // beyond_end: read
}

kernel void before_begin(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                         uint at [[thread_index_in_threadgroup]]) {
  out[int(at) - 1] = in[at];  // before_begin: write
}

kernel void beyond_shared(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                          uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads - 1];
  shared[at] = in[at];  // beyond_shared: write
  out[at] = shared[at];
}

kernel void wild(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                 uint at [[thread_index_in_threadgroup]]) {
  out[at] = in[ulong(at) + (1ul << 40)];  // wild: nowhere
}

kernel void unwritten_shared(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                             uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[kThreads];
  if (at > 0) shared[at] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = shared[at ^ 1];  // unwritten_shared: element 0
}

kernel void unwritten_device(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                             uint at [[thread_index_in_threadgroup]]) {
  out[at] = out[at] + in[at];  // unwritten_device: out
}

kernel void other_groups(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                         uint at [[thread_index_in_threadgroup]]) {
  if (at == 0) out[0] = in[0];  // other_groups: all write it
}

kernel void atomic_groups(device atomic_uint* out [[buffer(0)]], uint at [[thread_index_in_threadgroup]]) {
  atomic_fetch_add_explicit(out, at, memory_order_relaxed);
}

kernel void half_atomic(device atomic_uint* out [[buffer(0)]], uint at [[thread_index_in_threadgroup]]) {
  if (at % 2) atomic_fetch_add_explicit(out, 1u, memory_order_relaxed);  // half_atomic: these are
  if (at % 2 == 0) ((device uint*)out)[0] = 1;                           // half_atomic: these are not
}

kernel void far_lane(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                     uint at [[thread_index_in_threadgroup]]) {
  out[at] = simd_shuffle(in[at], ushort(at));  // far_lane: lane 32 and up
}

kernel void much_memory(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                        uint at [[thread_index_in_threadgroup]]) {
  threadgroup float shared[8193];  // much_memory: more than 32 KiB
  shared[at] = in[at];
  out[at] = shared[at];
}

kernel void matrix_apart(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                         uint at [[thread_index_in_threadgroup]]) {
  simdgroup_float8x8 m;
  simdgroup_load(m, in + at % 2, 0);  // matrix_apart: two addresses
  out[at] = 0.0f;
}

kernel void gone(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                 uint at [[thread_index_in_threadgroup]]) {
  out[at] = 0.0f;
  if (at == 3) return;
  out[at] = simd_sum(in[at]);  // gone: lane 3 has returned
}
