// The instruction sets of this build, from native/cpu/isa/sets.cmake.
#include "native/cpu/runtime/cpu_features.h"
#include "native/program/op_table.h"

#define VMM_SET(name, features)     \
  namespace vmm::cpu::name {        \
  extern const KernelFn kKernels[]; \
  }
#include "kernel_sets.inc"
#undef VMM_SET

namespace vmm {

const KernelSet kKernelSets[] = {
#define VMM_SET(name, features) {#name, [] { return cpuHas(features); }, cpu::name::kKernels},
#include "kernel_sets.inc"
#undef VMM_SET
};
const int kKernelSetCount = sizeof(kKernelSets) / sizeof(kKernelSets[0]);

}  // namespace vmm
