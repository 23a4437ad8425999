#include "native/metal/buffers.h"

namespace vmm::metal {

const Buffer* Buffers::of(std::byte* base, size_t bytes) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<Buffer>& buffer = wrapped_[base];
  if (!buffer) buffer = framework_.wrap(base, bytes);
  return buffer.get();
}

void Buffers::unmapping(const std::byte* base) {
  std::lock_guard lock(mutex_);
  wrapped_.erase(base);
}

}  // namespace vmm::metal
