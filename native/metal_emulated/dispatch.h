// Executes one dispatch of a kernel: all its threadgroups, one after the other.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "native/metal/launch.h"
#include "native/metal_emulated/threadgroup.h"

namespace vmm::emulated {

// Device memory that a dispatch may touch.
struct DeviceMemory {
  std::byte* data;
  size_t bytes;
  std::string name;
  bool counted;    // as traffic
  Shadow* shadow;  // null in plain runs
};

struct Bindings {
  std::array<void*, kVmmBuffers> buffers{};
  std::vector<DeviceMemory> memory;
};

// What the dispatches of an op share, and what they leave behind.
struct Execution {
  Stacks& stacks;
  Random random;
  Problems problems{};
  std::vector<Counters> counters{};
  uint32_t nextGroup = 1;
};

void execute(Library& library, const metal::Dispatch& dispatch, const Bindings& bindings,
             Execution& execution);

}  // namespace vmm::emulated
