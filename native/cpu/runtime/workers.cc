#include "native/cpu/runtime/workers.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace vmm {
namespace {

// Longer than most kernels that one thread computes alone: to sleep and to be woken costs more on virtual
// machines.
constexpr auto kSpin = std::chrono::microseconds(100);

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Waits for a condition for a few microseconds without giving up the core; whether it came true.
template <class Condition>
bool spinFor(Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (condition()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

Workers::~Workers() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  work_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Workers::run(const Loop& loop, int threads) {
  if (loop.n <= 0) return;
  loop_ = loop;
  chunks_ = (loop.n - 1) / loop.grain + 1;
  next_.store(0, std::memory_order_relaxed);
  threads = static_cast<int>(std::min<int64_t>({threads, width_, chunks_}));
  if (threads <= 1) return grab(0);

  // Threads begin with the first loop that can use them; a process out of threads computes with what it has.
  while (static_cast<int>(helpers_.size()) + 1 < threads) {
    const int worker = static_cast<int>(helpers_.size()) + 1;
    try {
      helpers_.emplace_back([this, worker] { help(worker); });
    } catch (const std::system_error&) {
      break;
    }
  }
  const uint64_t epoch = (gate_.load(std::memory_order_relaxed) >> 32) + 1;
  gate_.store(epoch << 32 | kOpen | static_cast<uint64_t>(threads) << 16, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) > 0) {
    { std::lock_guard lock(mutex_); }
    work_.notify_all();
  }
  grab(0);
  gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
  const auto empty = [this] { return (gate_.load(std::memory_order_acquire) & kInside) == 0; };
  if (spinFor(empty)) return;
  std::unique_lock lock(mutex_);
  left_.wait(lock, empty);
}

void Workers::grab(int worker) {
  const Loop& loop = loop_;
  for (;;) {
    if (loop.stop(loop.stopContext)) return;
    const int64_t chunk = next_.fetch_add(1, std::memory_order_relaxed);
    if (chunk >= chunks_) return;
    const int64_t begin = chunk * loop.grain;
    loop.fn(loop.context, begin, std::min(loop.n - begin, loop.grain) + begin, worker);
  }
}

void Workers::help(int worker) {
  uint32_t seen = 0;
  while (waitForLoop(worker, seen)) {
    uint64_t gate = gate_.load(std::memory_order_relaxed);
    bool inside = false;
    while (!inside && (gate & kOpen) && static_cast<uint32_t>(gate >> 32) == seen)
      inside = gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel);
    if (!inside) continue;
    grab(worker);
    gate = gate_.fetch_sub(1, std::memory_order_acq_rel) - 1;
    if ((gate & kInside) == 0 && !(gate & kOpen)) {
      { std::lock_guard lock(mutex_); }
      left_.notify_one();
    }
  }
}

// True with the epoch of an open loop that this worker may enter; false when the pool ends.
bool Workers::waitForLoop(int worker, uint32_t& seen) {
  const auto wanted = [&] {
    if (quit_.load(std::memory_order_relaxed)) return true;
    const uint64_t gate = gate_.load(std::memory_order_seq_cst);
    if (!(gate & kOpen) || static_cast<uint32_t>(gate >> 32) == seen) return false;
    if (worker >= static_cast<int>(gate >> 16 & 0x7fff)) return false;
    seen = static_cast<uint32_t>(gate >> 32);
    return true;
  };
  if (!spinFor(wanted)) {
    std::unique_lock lock(mutex_);
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    work_.wait(lock, wanted);
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
  }
  return !quit_.load(std::memory_order_relaxed);
}

}  // namespace vmm
