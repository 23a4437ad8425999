// Atomic int, uint and float in device and threadgroup memory, relaxed order alone, as Metal has them.
#pragma once
#include "native/metal_emulated/msl/simdgroup.h"

extern "C" {
int vmm_atomic_int(__generic void* at, int operation, int value, int expected);
uint vmm_atomic_uint(__generic void* at, int operation, uint value, uint expected);
float vmm_atomic_float(__generic void* at, int operation, float value, float expected);
}

namespace metal {

enum memory_order { memory_order_relaxed };

template <class T>
struct atomic {
  T hidden;
};
VMM_MSL int atomic_call(__generic void* at, int operation, int value, int expected) {
  return vmm_atomic_int(at, operation, value, expected);
}
VMM_MSL uint atomic_call(__generic void* at, int operation, uint value, uint expected) {
  return vmm_atomic_uint(at, operation, value, expected);
}
VMM_MSL float atomic_call(__generic void* at, int operation, float value, float expected) {
  return vmm_atomic_float(at, operation, value, expected);
}

// The numbers are those of glue.h.
#define VMM_ATOMICS(Space)                                                                             \
  template <class T>                                                                                   \
  VMM_MSL T atomic_load_explicit(const Space atomic<T>* at, memory_order) {                            \
    return atomic_call((Space void*)at, 0, T(0), T(0));                                                \
  }                                                                                                    \
  template <class T>                                                                                   \
  VMM_MSL void atomic_store_explicit(Space atomic<T>* at, T value, memory_order) {                     \
    atomic_call((Space void*)at, 1, value, T(0));                                                      \
  }                                                                                                    \
  VMM_ATOMIC(Space, exchange, 2)                                                                       \
  VMM_ATOMIC(Space, fetch_add, 3)                                                                      \
  VMM_ATOMIC(Space, fetch_sub, 4)                                                                      \
  VMM_ATOMIC_WHOLE(Space, fetch_min, 5)                                                                \
  VMM_ATOMIC_WHOLE(Space, fetch_max, 6)                                                                \
  VMM_ATOMIC_WHOLE(Space, fetch_and, 7)                                                                \
  VMM_ATOMIC_WHOLE(Space, fetch_or, 8)                                                                 \
  VMM_ATOMIC_WHOLE(Space, fetch_xor, 9)                                                                \
  template <class T>                                                                                   \
  VMM_MSL bool atomic_compare_exchange_weak_explicit(Space atomic<T>* at, thread T* expected, T value, \
                                                     memory_order, memory_order) {                     \
    const T wanted = *expected;                                                                        \
    *expected = atomic_call((Space void*)at, 10, value, wanted);                                       \
    return *expected == wanted;                                                                        \
  }
#define VMM_ATOMIC(Space, name, number)                                            \
  template <class T>                                                               \
  VMM_MSL T atomic_##name##_explicit(Space atomic<T>* at, T value, memory_order) { \
    return atomic_call((Space void*)at, number, value, T(0));                      \
  }
#define VMM_ATOMIC_WHOLE(Space, name, number)                                                       \
  template <class T>                                                                                \
  VMM_MSL enable_if_t<is_whole<T>::value, T> atomic_##name##_explicit(Space atomic<T>* at, T value, \
                                                                      memory_order) {               \
    return atomic_call((Space void*)at, number, value, T(0));                                       \
  }
VMM_ATOMICS(device)
VMM_ATOMICS(threadgroup)
#undef VMM_ATOMICS

}  // namespace metal
// OpenCL has types of these names.
#define atomic_int metal::atomic<int>
#define atomic_uint metal::atomic<uint>
#define atomic_float metal::atomic<float>
