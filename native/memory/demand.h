// How much of some memory was needed lately, so that what lies far above can be given back.
#pragma once
#include <algorithm>
#include <cstddef>

namespace vmm {

class Demand {
 public:
  void note(size_t bytes) { most_ = std::max(most_, bytes); }
  // The most that was needed since the last period ended.
  size_t most() const { return most_; }
  // Whether it is worth giving back `held` bytes and taking as many as are needed.
  bool isFarBelow(size_t held) const { return held > kWorthwhile && held / kRatio > most_; }
  void endPeriod() { most_ = 0; }

 private:
  static constexpr size_t kWorthwhile = size_t{1} << 20, kRatio = 4;

  size_t most_ = 0;
};

}  // namespace vmm
