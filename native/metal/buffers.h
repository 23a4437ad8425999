// Blocks of pages as buffers of the device, each wrapped once, until the pages are given back.
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "native/memory/region.h"
#include "native/metal/framework.h"

namespace vmm::metal {

class Buffers final : public PageWatcher {
 public:
  explicit Buffers(Framework& framework) : framework_(framework) { watchPages(*this); }
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  ~Buffers() { unwatchPages(*this); }

  // Null when the device cannot share them. Valid while the pages are.
  const Buffer* of(std::byte* base, size_t bytes);
  void unmapping(const std::byte* base) override;

 private:
  Framework& framework_;
  std::mutex mutex_;  // pages are given back by any thread
  std::map<const std::byte*, std::unique_ptr<Buffer>> wrapped_;
};

}  // namespace vmm::metal
