// The k best of a stream of (value, index): largest value first, the lower index first among equals (-0
// equals 0), NaN last. A candidate is one 64-bit number in that order, so the result does not depend on the
// order in which candidates come.
#pragma once
#include "native/cpu/kernel.h"
#include "native/cpu/simd.h"

namespace vmm::cpu::VMM_ISA {

// Integers in the order of the floats.
VMM_INLINE vi orderKeys(vf x) {
  const vi bits = bitCast<vi>(x + vf{});  // -0 becomes 0
  const vi key = bits ^ ((bits >> 31) & 0x7fffffff);
  const vi real = x == x;
  return (real & key) | (~real & splati(INT32_MIN));
}

class Best {
 public:
  // heap: room for k numbers.
  Best(uint64_t* heap, int64_t k, int64_t size = 0) : heap_(heap), k_(k), size_(size) {}
  int64_t size() const { return size_; }

  static uint64_t candidate(int32_t key, int64_t index) {
    return static_cast<uint64_t>(static_cast<uint32_t>(key) ^ 0x80000000u) << 32 |
           (0xffffffffu - static_cast<uint32_t>(index));
  }
  static int32_t indexOf(uint64_t c) { return static_cast<int32_t>(0xffffffffu - static_cast<uint32_t>(c)); }
  static int32_t keyOf(uint64_t c) { return static_cast<int32_t>((c >> 32) ^ 0x80000000u); }
  static float valueOf(uint64_t c) {
    const int32_t key = keyOf(c);
    const int32_t bits = key == INT32_MIN ? 0x7fc00000 : key ^ ((key >> 31) & 0x7fffffff);
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  }

  void offer(uint64_t c) {
    if (size_ == k_) {
      if (c > heap_[0]) sink(c);
      return;
    }
    int64_t i = size_++;
    for (; i > 0 && heap_[(i - 1) / 2] > c; i = (i - 1) / 2) heap_[i] = heap_[(i - 1) / 2];
    heap_[i] = c;
  }

  // Values x[0] ... x[n - 1] with indices from `first` on.
  void scan(const float* x, int64_t n, int64_t first) {
    for (int64_t at = 0; at < n; at += W) {
      const vi keys = orderKeys(loadUpTo(x + at, n - at));
      if (size_ == k_ && !anyTrue(keys >= splati(keyOf(heap_[0])))) continue;
      for (int64_t i = 0; i < W && at + i < n; ++i) offer(candidate(keys[i], first + at + i));
    }
  }

  // Puts the candidates in order, best first. No offers after it.
  void sort() {
    const int64_t size = size_;
    while (size_ > 1) {
      const uint64_t worst = heap_[0];
      const uint64_t moved = heap_[--size_];
      sink(moved);
      heap_[size_] = worst;
    }
    size_ = size;
  }

 private:
  // Replaces the worst.
  void sink(uint64_t c) {
    int64_t i = 0;
    for (int64_t child = 1; child < size_; child = 2 * i + 1) {
      if (child + 1 < size_ && heap_[child + 1] < heap_[child]) ++child;
      if (heap_[child] >= c) break;
      heap_[i] = heap_[child];
      i = child;
    }
    heap_[i] = c;
  }

  uint64_t* heap_;  // the worst at the root
  int64_t k_, size_;
};

}  // namespace vmm::cpu::VMM_ISA
