// Owned memory. Large and long-lived blocks are pages of their own, in multiples of 16 KiB (the page of Apple
// Silicon), so that a GPU can share them; small blocks of a single run come from the heap.
#pragma once
#include <cstddef>
#include <cstdint>

namespace vmm {

enum class Purpose : uint8_t { state, mapped, scratch };

// Bytes held now, for all environments of the process.
int64_t liveBytes(Purpose purpose);
void countBytes(Purpose purpose, int64_t change);

inline constexpr size_t kPageMultiple = 16384;
inline constexpr size_t kAlignment = 64;

constexpr uint64_t alignUp(uint64_t n, uint64_t to) { return (n + to - 1) / to * to; }

// Told before pages are given back to the system: what a device holds of them has to go first.
class PageWatcher {
 public:
  virtual void unmapping(const std::byte* base) = 0;

 protected:
  ~PageWatcher() = default;
};
void watchPages(PageWatcher& watcher);
void unwatchPages(PageWatcher& watcher);
// Called by whoever unmaps pages.
void announceUnmapping(const std::byte* base);

class Region {
 public:
  Region() = default;
  // Zeroed memory on its own pages. Empty when there is not enough, or when bytes is 0.
  static Region pages(size_t bytes, Purpose purpose);
  // 64-byte aligned memory with undefined contents, from the heap when it is small.
  static Region block(size_t bytes, Purpose purpose);
  Region(Region&& other) noexcept { swap(other); }
  Region& operator=(Region&& other) noexcept {
    Region(static_cast<Region&&>(other)).swap(*this);
    return *this;
  }
  ~Region();

  explicit operator bool() const { return data_ != nullptr; }
  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  void swap(Region& other) noexcept;

 private:
  std::byte* data_ = nullptr;
  size_t bytes_ = 0;   // asked for
  size_t mapped_ = 0;  // 0: on the heap
  Purpose purpose_ = Purpose::scratch;
};

}  // namespace vmm
