// Looks at each access of a checked kernel: is it inside a buffer, has the memory been written, and is it
// ordered by a barrier with what other threads do to the same memory? Counts the traffic of device memory
// meanwhile.
#pragma once
#include <vector>

#include "native/metal_emulated/memory.h"
#include "native/metal_emulated/report.h"

namespace vmm::emulated {

enum class Space : uint8_t { device, threadgroup };

// The moment of a thread: epochs by space.
struct Moment {
  uint32_t thread, epoch[2], simdEpoch[2];
};

class Checker {
 public:
  Checker(Problems& problems, Counters& counters, Library& library)
      : problems_(problems), counters_(counters), library_(library) {}

  // `counted`: its traffic is that of device memory.
  void add(std::byte* data, size_t bytes, Space space, bool counted, const std::string& name, Shadow* shadow);
  // Threadgroups are numbered from `first` in this dispatch; those before it are over.
  void beginDispatch(uint32_t first) { first_ = first; }
  // Forgets the threadgroup memory of the group before.
  void beginGroup(uint32_t group);

  enum class Verdict { good, stop, unknown };
  // `stop`: the access must not happen. `unknown`: the address is in no region.
  Verdict access(const void* address, size_t bytes, int kind, const void* site, const Moment& moment);

 private:
  struct Region {
    std::byte* data;
    size_t bytes;
    Space space;
    bool counted;
    std::string name;
    Shadow* shadow;
  };

  Region* regionOf(const std::byte* address);
  void look(Region& region, Cell& cell, size_t offset, int kind, const void* site, const Moment& moment);
  void keepReader(Space space, Cell& cell, const Touch& reader, const Moment& moment) const;
  // Whether nothing orders what was done before what the thread does now.
  bool concurrent(const Touch& before, Space space, const Moment& moment) const;
  void count(Region& region, size_t offset, size_t bytes, bool write);
  std::string describe(const Region& region, size_t offset, uint32_t thread) const;

  Problems& problems_;
  Counters& counters_;
  Library& library_;
  std::vector<Region> regions_;
  size_t last_ = 0;
  uint32_t first_ = 1, group_ = 1;
};

}  // namespace vmm::emulated
