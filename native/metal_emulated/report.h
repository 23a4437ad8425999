// What an emulated run says of itself: what went wrong, and what each dispatch did.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "native/metal_emulated/library.h"

namespace vmm::emulated {

struct Bytes {
  uint64_t read = 0, written = 0;
};

// Device memory is counted in checked runs only. Traffic comes in sectors of 32 bytes.
struct Counters {
  std::string kernel;
  uint64_t threadgroups = 0, threads = 0;
  uint64_t barriers = 0, simdOperations = 0;
  uint64_t threadgroupBytes = 0;
  Bytes requested;  // what threads ask for
  Bytes moved;      // what reaches threadgroups, if each kept all that it has touched
  Bytes distinct;   // what leaves and reaches memory, if caches kept all of it for the dispatch
};

// Mistakes of a kernel, each once for the line that makes it.
class Problems {
 public:
  static constexpr size_t kMost = 8;

  void add(Library& library, const char* kind, const void* site, const std::string& text) {
    if (messages_.size() >= kMost || !seen_.insert({kind, site}).second) return;
    messages_.push_back(library.lineOf(site) + ": " + kind + ": " + text);
  }
  void add(std::string message) {
    if (messages_.size() < kMost) messages_.push_back(std::move(message));
  }
  // Bad data that a kernel has reported makes threads meet that have nothing to do with each other.
  void forgetRaces() {
    std::erase_if(messages_, [](const std::string& m) { return m.find(": race of ") != std::string::npos; });
  }
  bool none() const { return messages_.empty(); }
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  std::vector<std::string> messages_;
  std::set<std::pair<std::string, const void*>> seen_;
};

}  // namespace vmm::emulated
