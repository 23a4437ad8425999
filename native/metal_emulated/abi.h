// What emulated kernels and their executor know of each other. The kernels, OpenCL C++, see the upper half.
#pragma once

enum { kVmmBuffers = 31, kVmmLanes = 32 };

// What a thread of a kernel is told by its attributes.
struct vmm_thread {
  void* buffer[kVmmBuffers];
  unsigned thread_position_in_grid[3];
  unsigned threads_per_grid[3];
  unsigned threadgroup_position_in_grid[3];
  unsigned threadgroups_per_grid[3];
  unsigned thread_position_in_threadgroup[3];
  unsigned threads_per_threadgroup[3];
  unsigned thread_index_in_threadgroup[1];
  unsigned thread_index_in_simdgroup[1];
  unsigned simdgroup_index_in_threadgroup[1];
  unsigned simdgroups_per_threadgroup[1];
  unsigned threads_per_simdgroup[1];
};

enum vmm_barrier { kVmmThreadgroupBarrier, kVmmSimdgroupBarrier };
enum vmm_access { kVmmRead = 0, kVmmWrite = 1, kVmmAtomic = 2 };

#ifndef __OPENCL_CPP_VERSION__
// Calls of a kernel into the executor. `site` is the address of the call in the kernel.
struct vmm_hooks {
  void (*barrier)(int kind, unsigned memory, const void* site);
  // All lanes of a simdgroup meet: each brings 16 bytes and sees those of all lanes, [32][16].
  const void* (*exchange)(const void* mine, const void* site);
  unsigned (*lane)(void);
  // Memory of the threadgroup, one block for each number; contents undefined. `grain`: bytes of an element.
  void* (*threadgroup_memory)(unsigned number, unsigned long bytes, unsigned long grain, const char* name,
                              const void* site);
  // Checked builds: before each access to memory that other threads can reach.
  void (*access)(const void* address, unsigned long bytes, int kind, const void* site);
  // A kernel did what no Metal device promises to do.
  void (*fault)(const char* what, const void* site);
};

struct vmm_constant {
  const char* name;
  unsigned index;
  int* value;
};

struct vmm_kernel {
  const char* name;
  void (*run)(const struct vmm_thread* thread);
};

// The one symbol of a library of kernels, `vmm_kernels`. Lists end with a null name.
struct vmm_library {
  const char* source;  // the .metal file
  int checked;
  const struct vmm_kernel* kernels;
  const struct vmm_constant* constants;
  const struct vmm_hooks** hooks;
};
#endif
