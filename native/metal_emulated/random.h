// The order in which threads run, from a seed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace vmm::emulated {

// Seed 0 runs everything in order, seed 1 backwards, any other shuffles.
class Random {
 public:
  explicit Random(uint64_t seed) : seed_(seed), state_(seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du) {}

  uint64_t seed() const { return seed_; }
  uint64_t below(uint64_t n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % n;
  }
  // `items` holds numbers in some order; afterwards they are in the order of the seed.
  template <class T>
  void arrange(std::span<T> items) {
    if (seed_ < 2) {
      for (size_t i = 0; i < items.size(); ++i)
        items[i] = static_cast<T>(seed_ == 0 ? i : items.size() - 1 - i);
    } else {
      for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }
  }
  // How often a simdgroup meets before another one's turn comes.
  int turns() { return seed_ < 2 ? 1 << 30 : static_cast<int>(1 + below(12)); }

 private:
  uint64_t seed_, state_;
};

}  // namespace vmm::emulated
