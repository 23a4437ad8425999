// Ranges of mapped files. Where a file has lost its bytes, reading a page of it is a fault that would end the
// process (SIGBUS): in such a range it reads zeros instead, and the range remembers.
#pragma once
#include <cstddef>

namespace vmm {

class GuardedRange {
 public:
  // Guards pages that are mapped, from now until it is destroyed: unmap them after that. Any thread may read
  // them meanwhile.
  GuardedRange(std::byte* data, size_t bytes);
  GuardedRange(const GuardedRange&) = delete;
  GuardedRange& operator=(const GuardedRange&) = delete;
  ~GuardedRange();

  // Whether something read what the file no longer has. It stays so: the pages after the first such page are
  // no longer the file's.
  bool faulted() const;

  struct Entry;

 private:
  Entry& entry_;
};

}  // namespace vmm
