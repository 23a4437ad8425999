// What the dispatches since the last barrier touch, so that a barrier stands only where one is needed.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace vmm::metal {

struct Touched {
  const std::byte* begin;
  const std::byte* end;
  bool written;
};

class Hazards {
 public:
  // Whether these must wait for what was added: either side writes what the other touches.
  bool conflict(std::span<const Touched> next) const;
  void add(std::span<const Touched> next);
  void barrier() { touched_.clear(); }

 private:
  std::vector<Touched> touched_;
};

}  // namespace vmm::metal
