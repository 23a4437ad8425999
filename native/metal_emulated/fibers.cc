#include "native/metal_emulated/fibers.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>

// A fiber is saved on its own stack: the registers that calls preserve, and where to go on.
#if defined(__x86_64__)
asm(R"(
.text
.globl vmm_switch_fiber
vmm_switch_fiber:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");
#elif defined(__aarch64__)
asm(R"(
.text
.globl vmm_switch_fiber
vmm_switch_fiber:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
)");
#else
#error "the emulation of Metal knows x86-64 and arm64"
#endif

namespace vmm::emulated {

Stacks::Stacks() {
  void* memory = mmap(nullptr, kCount * kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) memory_ = static_cast<std::byte*>(memory);
}

Stacks::~Stacks() {
  if (memory_) munmap(memory_, kCount * kBytes);
}

void* Stacks::prepare(int index, void (*entry)()) const {
  // One cache line apart, or all stacks would share their sets of the cache.
  std::byte* top =
      memory_ + static_cast<size_t>(index + 1) * kBytes - static_cast<size_t>(index % 32 + 1) * 64;
#if defined(__x86_64__)
  // Six registers, then `entry` as the address to return to, then a return address that it does not have.
  std::byte* frame = top - 64;
  std::memset(frame, 0, 64);
  std::memcpy(frame + 48, &entry, sizeof(entry));
#else
  std::byte* frame = top - 160;
  std::memset(frame, 0, 160);
  std::memcpy(frame + 88, &entry, sizeof(entry));
#endif
  return frame;
}

int Stacks::owner(const void* address) const {
  const auto at = reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(memory_);
  return at < kCount * kBytes ? static_cast<int>(at / kBytes) : -1;
}

}  // namespace vmm::emulated
