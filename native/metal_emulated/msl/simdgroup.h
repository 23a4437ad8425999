// Barriers, and what the lanes of a simdgroup do together. Each operation is one meeting of all 32 lanes, at
// which they exchange their values; every lane then computes its own result from them.
#pragma once
#include "native/metal_emulated/abi.h"
#include "native/metal_emulated/msl/math.h"

// Where threads meet is known by the call, so no two calls may become one.
extern "C" {
__attribute__((convergent, nomerge)) void vmm_barrier_call(int kind, uint memory);
__attribute__((convergent, nomerge)) const __generic void* vmm_exchange_call(const __generic void* mine);
__attribute__((const)) uint vmm_lane_call();
threadgroup void* vmm_threadgroup_memory_call(uint number, ulong bytes, ulong grain,
                                              const constant char* name);
void vmm_fault_call(const constant char* what);
}

namespace metal {

enum class mem_flags : uint { mem_none = 0, mem_device = 1, mem_threadgroup = 2 };
VMM_MSL constexpr mem_flags operator|(mem_flags a, mem_flags b) { return (mem_flags)((uint)a | (uint)b); }
VMM_MSL_CONVERGENT void threadgroup_barrier(mem_flags f) {
  vmm_barrier_call(kVmmThreadgroupBarrier, (uint)f);
}
VMM_MSL_CONVERGENT void simdgroup_barrier(mem_flags f) { vmm_barrier_call(kVmmSimdgroupBarrier, (uint)f); }

// What one lane brings, and the values of all lanes.
template <class T>
struct alignas(16) lane_value {
  T value;
};
template <class T>
using lane_values = const __generic lane_value<T>*;

template <class T>
VMM_MSL_CONVERGENT lane_values<T> exchange(T value) {
  lane_value<T> mine;
  static_assert(sizeof(mine) == 16, "lanes exchange at most 16 bytes");
  mine.value = value;
  return (lane_values<T>)vmm_exchange_call(&mine);
}

#define VMM_REDUCTION(name, combined)                                \
  template <class T>                                                 \
  VMM_MSL_CONVERGENT T name(T value) {                               \
    static_assert(!is_same<T, bool>::value, "no reduction of bool"); \
    const lane_values<T> lanes = exchange(value);                    \
    T r[kVmmLanes];                                                  \
    for (uint i = 0; i < kVmmLanes; ++i) r[i] = lanes[i].value;      \
    for (uint n = kVmmLanes / 2; n > 0; n /= 2)                      \
      for (uint i = 0; i < n; ++i) {                                 \
        const T a = r[2 * i], b = r[2 * i + 1];                      \
        r[i] = (T)(combined);                                        \
      }                                                              \
    return r[0];                                                     \
  }
VMM_REDUCTION(simd_sum, a + b)
VMM_REDUCTION(simd_product, a* b)
VMM_REDUCTION(simd_max, max(a, b))
VMM_REDUCTION(simd_min, min(a, b))
VMM_REDUCTION(simd_and, a& b)
VMM_REDUCTION(simd_or, a | b)
VMM_REDUCTION(simd_xor, a ^ b)

#define VMM_PREFIX(name, start, op, end)                          \
  template <class T>                                              \
  VMM_MSL_CONVERGENT T name(T value) {                            \
    const lane_values<T> lanes = exchange(value);                 \
    T r = T(start);                                               \
    const uint last = vmm_lane_call() + end;                      \
    for (uint i = 0; i < last; ++i) r = (T)(r op lanes[i].value); \
    return r;                                                     \
  }
VMM_PREFIX(simd_prefix_inclusive_sum, 0, +, 1)
VMM_PREFIX(simd_prefix_exclusive_sum, 0, +, 0)
VMM_PREFIX(simd_prefix_inclusive_product, 1, *, 1)
VMM_PREFIX(simd_prefix_exclusive_product, 1, *, 0)

// What Metal leaves undefined, a lane that is not there, is an error here.
VMM_MSL uint lane_in_range(uint lane) {
  if (lane >= kVmmLanes) vmm_fault_call("reads a lane beyond the simdgroup");
  return lane & (kVmmLanes - 1);
}
template <class T>
VMM_MSL_CONVERGENT T simd_shuffle(T value, ushort lane) {
  return exchange(value)[lane_in_range(lane)].value;
}
template <class T>
VMM_MSL_CONVERGENT T simd_broadcast(T value, ushort lane) {
  return exchange(value)[lane_in_range(lane)].value;
}
template <class T>
VMM_MSL_CONVERGENT T simd_broadcast_first(T value) {
  return exchange(value)[0].value;
}
template <class T>
VMM_MSL_CONVERGENT T simd_shuffle_xor(T value, ushort mask) {
  return exchange(value)[lane_in_range(vmm_lane_call() ^ mask)].value;
}
// Shifts keep the value of a lane that has no partner. (Metal: undefined for down, kept for up.)
template <class T>
VMM_MSL_CONVERGENT T simd_shuffle_up(T value, ushort delta) {
  const uint lane = vmm_lane_call();
  return exchange(value)[lane < delta ? lane : lane - delta].value;
}
template <class T>
VMM_MSL_CONVERGENT T simd_shuffle_down(T value, ushort delta) {
  const uint lane = vmm_lane_call();
  return exchange(value)[lane + delta < kVmmLanes ? lane + delta : lane].value;
}
VMM_MSL_CONVERGENT uint lane_mask(bool value) {
  const lane_values<uint> lanes = exchange((uint)value);
  uint mask = 0;
  for (uint i = 0; i < kVmmLanes; ++i) mask |= lanes[i].value << i;
  return mask;
}
VMM_MSL_CONVERGENT bool simd_all(bool value) { return lane_mask(value) == ~0u; }
VMM_MSL_CONVERGENT bool simd_any(bool value) { return lane_mask(value) != 0; }
VMM_MSL_CONVERGENT bool simd_is_first() { return vmm_lane_call() == 0; }

// Static memory of a threadgroup: a declaration in a kernel becomes a reference to one of these.
template <class T>
VMM_MSL threadgroup T& threadgroup_memory(uint number, const constant char* name) {
  const ulong grain = alignof(T) < 4 ? alignof(T) : 4;
  return *(threadgroup T*)vmm_threadgroup_memory_call(number, sizeof(T), grain, name);
}

}  // namespace metal
