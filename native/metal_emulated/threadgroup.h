// Executes the threads of one threadgroup after the other, each as a fiber. A thread runs until it waits: for
// all threads at a barrier, or for the 32 lanes of its simdgroup. Whoever waits for what never comes is
// reported.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "native/metal_emulated/checker.h"
#include "native/metal_emulated/fibers.h"
#include "native/metal_emulated/random.h"

namespace vmm::emulated {

inline constexpr uint32_t kMostThreads = 1024;
inline constexpr size_t kMostThreadgroupBytes = 32 * 1024;

// What all threadgroups of a dispatch have in common.
struct Work {
  Library& library;
  const vmm_kernel& kernel;
  std::array<void*, kVmmBuffers> buffers;
  std::array<uint32_t, 3> groups, threads;
  Checker* checker;  // null in plain runs
};

class Threadgroup {
 public:
  Threadgroup(const Work& work, Stacks& stacks, Random& random, Problems& problems, Counters& counters);
  Threadgroup(const Threadgroup&) = delete;
  Threadgroup& operator=(const Threadgroup&) = delete;

  // `number` is the threadgroup's for the checker. False when it could not be run to its end.
  bool run(const std::array<uint32_t, 3>& position, uint32_t number);

  static const vmm_hooks* hooks();

 private:
  enum class State : uint8_t { ready, barrier, simdBarrier, exchange, done };
  struct Thread {
    void* stack = nullptr;
    const void* site = nullptr;
    uint32_t memory = 0;  // what a barrier orders
    State state = State::done;
    vmm_thread told{};
  };
  struct Simdgroup {
    alignas(
        16) std::byte values[2][kVmmLanes][16];  // of two meetings: lanes may still read those of the last
    uint32_t meetings = 0;
    std::array<uint32_t, 2> epoch{};
  };
  struct Array {
    uint32_t number;
    std::byte* data;
    size_t bytes;
    std::string name;
    std::unique_ptr<Shadow> shadow;
  };

  static void entry();
  static void onBarrier(int kind, unsigned memory, const void* site);
  static const void* onExchange(const void* mine, const void* site);
  static unsigned onLane();
  static void* onMemory(unsigned number, unsigned long bytes, unsigned long grain, const char* name,
                        const void* site);
  static void onAccess(const void* address, unsigned long bytes, int kind, const void* site);
  static void onFault(const char* what, const void* site);

  void start(const std::array<uint32_t, 3>& position);
  void schedule();
  bool runSimdgroup(uint32_t number);
  bool meet(uint32_t number);
  bool passBarrier();
  void reportStuck();
  void resume(uint32_t thread);
  // Gives the turn back to the scheduler.
  void wait(State state, const void* site, uint32_t memory);
  [[noreturn]] void abandon();
  Moment now() const;
  void* arrayAt(uint32_t number, size_t bytes, size_t grain, const char* name, const void* site);
  void checkArrays();
  bool known(const void* address) const;
  std::string nameOf(uint32_t thread) const;

  Work work_;
  Stacks& stacks_;
  Random& random_;
  Problems& problems_;
  Counters& counters_;
  std::vector<Thread> threads_;
  std::vector<Simdgroup> simdgroups_;
  std::vector<uint32_t> order_;
  std::array<uint8_t, kVmmLanes> lanes_;
  std::vector<Array> arrays_;
  size_t arraysLive_ = 0, arrayBytes_ = 0;
  std::vector<std::byte> arena_;
  std::array<uint32_t, 2> epoch_{};
  void* scheduler_ = nullptr;
  uint32_t current_ = 0, live_ = 0;
  bool failed_ = false;
};

}  // namespace vmm::emulated
