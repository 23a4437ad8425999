#include "native/memory/region.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

namespace vmm {
namespace {

constexpr size_t kHeapLimit = size_t{1} << 20;

std::atomic<int64_t> liveByPurpose[3];

struct Watched {
  std::mutex mutex;
  // The next device may begin while the last one goes.
  std::vector<PageWatcher*> watchers;
};
// Never destroyed: memory may be freed while the process exits.
Watched& watched() {
  static Watched& only = *new Watched;
  return only;
}

}  // namespace

void watchPages(PageWatcher& watcher) {
  std::lock_guard lock(watched().mutex);
  watched().watchers.push_back(&watcher);
}

void unwatchPages(PageWatcher& watcher) {
  std::lock_guard lock(watched().mutex);
  std::erase(watched().watchers, &watcher);
}

void announceUnmapping(const std::byte* base) {
  std::lock_guard lock(watched().mutex);
  for (PageWatcher* watcher : watched().watchers) watcher->unmapping(base);
}

int64_t liveBytes(Purpose purpose) {
  return liveByPurpose[static_cast<int>(purpose)].load(std::memory_order_relaxed);
}

void countBytes(Purpose purpose, int64_t change) {
  liveByPurpose[static_cast<int>(purpose)].fetch_add(change, std::memory_order_relaxed);
}

Region Region::pages(size_t bytes, Purpose purpose) {
  Region r;
  if (bytes == 0 || bytes > SIZE_MAX - kPageMultiple) return r;
  const size_t size = alignUp(bytes, kPageMultiple);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return r;
  r.data_ = static_cast<std::byte*>(data);
  r.bytes_ = bytes;
  r.mapped_ = size;
  r.purpose_ = purpose;
  countBytes(purpose, static_cast<int64_t>(bytes));
  return r;
}

Region Region::block(size_t bytes, Purpose purpose) {
  if (bytes == 0 || bytes > kHeapLimit) return pages(bytes, purpose);
  Region r;
  r.data_ = static_cast<std::byte*>(std::aligned_alloc(kAlignment, alignUp(bytes, kAlignment)));
  if (!r.data_) return r;
  r.bytes_ = bytes;
  r.purpose_ = purpose;
  countBytes(purpose, static_cast<int64_t>(bytes));
  return r;
}

Region::~Region() {
  if (!data_) return;
  countBytes(purpose_, -static_cast<int64_t>(bytes_));
  if (mapped_) {
    announceUnmapping(data_);
    munmap(data_, mapped_);
  } else {
    std::free(data_);
  }
}

void Region::swap(Region& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  std::swap(purpose_, other.purpose_);
}

}  // namespace vmm
