// What programs are bound to: weights that are only read, and states that runs replace or update.
#pragma once
#include <atomic>
#include <memory>
#include <utility>

#include "native/memory/mapped_file.h"
#include "native/memory/region.h"

namespace vmm {

class Weight {
 public:
  Weight(std::shared_ptr<const MappedFile> file, size_t offset, size_t bytes)
      : file_(std::move(file)), data_(file_->data() + offset), bytes_(bytes) {}
  explicit Weight(Region copy) : copy_(std::move(copy)), data_(copy_.data()), bytes_(copy_.bytes()) {}

  const std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  // The pages that it lies in: its file, or its own copy.
  const std::byte* base() const { return file_ ? file_->data() : copy_.data(); }
  size_t baseBytes() const { return file_ ? file_->bytes() : copy_.bytes(); }
  bool owned() const { return file_ == nullptr; }
  // Null for a copy.
  const MappedFile* file() const { return file_.get(); }

 private:
  std::shared_ptr<const MappedFile> file_;
  Region copy_;
  const std::byte* data_;
  size_t bytes_;
};

// A state and, once a program replaces it as a whole, the shadow that its next version is written to.
class State {
 public:
  explicit State(Region current) : bytes_(current.bytes()), current_(std::move(current)) {}

  size_t bytes() const { return bytes_; }
  std::byte* data() const { return current_.data(); }
  std::byte* next() const { return shadow_.data(); }
  // The next version becomes the current one.
  void commit() { current_.swap(shadow_); }

  // Called by the thread that submits runs, like the counters below; false when memory ran out.
  bool makeShadow() {
    if (doubled_ || bytes_ == 0) return true;
    Region shadow = Region::pages(bytes_, Purpose::state);
    if (!shadow) return false;
    shadow_ = std::move(shadow);
    return doubled_ = true;
  }
  size_t ownedBytes() const { return doubled_ ? 2 * bytes_ : bytes_; }

  // Runs that were submitted and are not over. Others wait for them as readers and writers of one memory do.
  void use(bool write) { (write ? writers_ : readers_).fetch_add(1, std::memory_order_relaxed); }
  void release(bool write) { (write ? writers_ : readers_).fetch_sub(1, std::memory_order_release); }
  bool mayRead() const { return writers_.load(std::memory_order_acquire) == 0; }
  bool mayWrite() const { return mayRead() && readers_.load(std::memory_order_acquire) == 0; }

  // The last submission that bound this state, and whether to be written: a second binding must not alias it.
  uint64_t boundBy = 0;
  bool boundToWrite = false;

 private:
  size_t bytes_;
  std::atomic<int> readers_{0}, writers_{0};
  Region current_, shadow_;
  bool doubled_ = false;  // apart from shadow_, which a running program may be swapping
};

}  // namespace vmm
