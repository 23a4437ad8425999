// The C++ side of a library of kernels: what compiled kernels call, handed on to the executor. Included by
// the file that scripts/metal/compile.ts writes beside each kernel; never instrumented.
#pragma once
#include "native/metal_emulated/abi.h"

static const vmm_hooks* hooks;

#define VMM_SITE __builtin_return_address(0)
#define VMM_KERNEL_CALL extern "C" __attribute__((noinline, visibility("hidden")))

VMM_KERNEL_CALL void vmm_barrier_call(int kind, unsigned memory) { hooks->barrier(kind, memory, VMM_SITE); }
VMM_KERNEL_CALL const void* vmm_exchange_call(const void* mine) { return hooks->exchange(mine, VMM_SITE); }
VMM_KERNEL_CALL unsigned vmm_lane_call(void) { return hooks->lane(); }
VMM_KERNEL_CALL void* vmm_threadgroup_memory_call(unsigned number, unsigned long bytes, unsigned long grain,
                                                  const char* name) {
  return hooks->threadgroup_memory(number, bytes, grain, name, VMM_SITE);
}
VMM_KERNEL_CALL void vmm_fault_call(const char* what) { hooks->fault(what, VMM_SITE); }

// Threads never run at the same time here, so an atomic operation is a plain one that is marked as such. Only
// those that read and write at once need no barrier between them: what a load gives would depend on the order
// of threads.
enum { kLoad, kStore, kExchange, kAdd, kSub, kMin, kMax, kAnd, kOr, kXor, kCompareExchange };

template <class T>
static T vmm_atomic(T* at, int operation, T value, T expected, const void* site) {
  const int atomic = operation == kStore || operation == kLoad ? 0 : kVmmAtomic;
  if (operation != kStore) hooks->access(at, sizeof(T), kVmmRead | atomic, site);
  const T old = *at;
  T next = old;
  switch (operation) {
    case kStore:
    case kExchange:
      next = value;
      break;
    case kAdd:
      next = old + value;
      break;
    case kSub:
      next = old - value;
      break;
    case kMin:
      next = value < old ? value : old;
      break;
    case kMax:
      next = value > old ? value : old;
      break;
    case kCompareExchange:
      next = old == expected ? value : old;
      break;
    default:
      if constexpr (static_cast<T>(0.5f) == 0)
        next = operation == kAnd ? old & value : operation == kOr ? old | value : old ^ value;
  }
  if (operation != kLoad) {
    hooks->access(at, sizeof(T), kVmmWrite | atomic, site);
    *at = next;
  }
  return old;
}
VMM_KERNEL_CALL int vmm_atomic_int(void* at, int operation, int value, int expected) {
  return vmm_atomic(static_cast<int*>(at), operation, value, expected, VMM_SITE);
}
VMM_KERNEL_CALL unsigned vmm_atomic_uint(void* at, int operation, unsigned value, unsigned expected) {
  return vmm_atomic(static_cast<unsigned*>(at), operation, value, expected, VMM_SITE);
}
VMM_KERNEL_CALL float vmm_atomic_float(void* at, int operation, float value, float expected) {
  return vmm_atomic(static_cast<float*>(at), operation, value, expected, VMM_SITE);
}

#ifdef VMM_CHECKED
// What -fsanitize=thread inserts before each access. Its own run-time library is not linked.
#define VMM_ACCESS(name, bytes, kind) \
  VMM_KERNEL_CALL void __tsan_##name(void* at) { hooks->access(at, bytes, kind, VMM_SITE); }
#define VMM_ACCESSES(bytes)                            \
  VMM_ACCESS(read##bytes, bytes, kVmmRead)             \
  VMM_ACCESS(write##bytes, bytes, kVmmWrite)           \
  VMM_ACCESS(unaligned_read##bytes, bytes, kVmmRead)   \
  VMM_ACCESS(unaligned_write##bytes, bytes, kVmmWrite) \
  VMM_ACCESS(volatile_read##bytes, bytes, kVmmRead)    \
  VMM_ACCESS(volatile_write##bytes, bytes, kVmmWrite)
VMM_ACCESSES(1)
VMM_ACCESSES(2)
VMM_ACCESSES(4)
VMM_ACCESSES(8)
VMM_ACCESSES(16)
VMM_KERNEL_CALL void* __tsan_memcpy(void* to, const void* from, unsigned long bytes) {
  hooks->access(from, bytes, kVmmRead, VMM_SITE);
  hooks->access(to, bytes, kVmmWrite, VMM_SITE);
  return __builtin_memcpy(to, from, bytes);
}
VMM_KERNEL_CALL void* __tsan_memmove(void* to, const void* from, unsigned long bytes) {
  hooks->access(from, bytes, kVmmRead, VMM_SITE);
  hooks->access(to, bytes, kVmmWrite, VMM_SITE);
  return __builtin_memmove(to, from, bytes);
}
VMM_KERNEL_CALL void* __tsan_memset(void* to, int value, unsigned long bytes) {
  hooks->access(to, bytes, kVmmWrite, VMM_SITE);
  return __builtin_memset(to, value, bytes);
}
VMM_KERNEL_CALL void __tsan_init(void) {}
VMM_KERNEL_CALL void __tsan_func_entry(void*) {}
VMM_KERNEL_CALL void __tsan_func_exit(void) {}
#endif
