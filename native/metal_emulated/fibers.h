// The threads of a kernel as fibers: one stack each, and a switch that costs a few nanoseconds.
#pragma once
#include <cstddef>

namespace vmm::emulated {

// Saves the running fiber at *from and goes on where `to` was saved.
extern "C" void vmm_switch_fiber(void** from, void* to) asm("vmm_switch_fiber");

// Stacks for a threadgroup, kept from one to the next. Pages that no thread has touched cost nothing.
class Stacks {
 public:
  static constexpr int kCount = 1024;
  static constexpr size_t kBytes = 64 * 1024;

  Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;
  ~Stacks();

  explicit operator bool() const { return memory_ != nullptr; }
  // A fiber that begins with `entry`, which must not return. Gives what vmm_switch_fiber takes.
  void* prepare(int index, void (*entry)()) const;
  // Index of the stack that an address lies in, or -1.
  int owner(const void* address) const;

 private:
  std::byte* memory_ = nullptr;
};

}  // namespace vmm::emulated
