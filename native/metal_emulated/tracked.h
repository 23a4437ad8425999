// A block of device memory with its shadow, of which there is none in plain runs.
#pragma once
#include <cstring>
#include <memory>
#include <string>

#include "native/metal_emulated/dispatch.h"

namespace vmm::emulated {

class Tracked {
 public:
  Tracked(size_t bytes, std::string name, bool checked)
      : block_(bytes, std::move(name)), shadow_(checked ? std::make_unique<Shadow>(bytes, 4) : nullptr) {}

  void fill(const void* from) {
    std::memcpy(block_.data(), from, block_.bytes());
    if (shadow_) shadow_->initialise(0, block_.bytes());
  }
  // `counted`: its traffic is that of device memory.
  void bind(Bindings& bindings, size_t index, bool counted) {
    bindings.buffers[index] = block_.data();
    bindings.memory.push_back({block_.data(), block_.bytes(), block_.name(), counted, shadow_.get()});
  }
  void checkMargins(Problems& problems) const {
    if (!block_.intact()) problems.add("write out of bounds: beside " + block_.name());
  }
  const std::byte* data() { return block_.data(); }

 private:
  Block block_;
  std::unique_ptr<Shadow> shadow_;
};

}  // namespace vmm::emulated
