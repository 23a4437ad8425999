// What kernels see of a run: its threads, its working memory, and whether to go on.
#pragma once
#include <atomic>
#include <vector>

#include "native/cpu/kernel.h"
#include "native/cpu/runtime/workers.h"
#include "native/memory/demand.h"
#include "native/memory/region.h"

namespace vmm {

// Working memory that is kept from kernel to kernel, as much as those of the last runs needed.
class KernelMemory {
 public:
  explicit KernelMemory(int workers) : perWorker_(static_cast<size_t>(workers)) {}

  void* scratch(int worker, size_t bytes);
  void* shared(size_t bytes);
  // The kernel returned: blocks that were outgrown are freed, the largest stay.
  void reset();
  // No kernel is running, and a period of runs is over: frees blocks that were far larger than any need in
  // it.
  void endPeriod();

 private:
  struct alignas(64) Slot {
    Region block;
    std::vector<Region> outgrown;
    Demand demand;
  };
  std::vector<Slot> perWorker_;
  std::vector<Region> shared_;
  Demand sharedDemand_;
  size_t sharedUsed_ = 0;
};

class RunParallel final : public Parallel {
 public:
  RunParallel(Workers& pool, KernelMemory& memory, const std::atomic<bool>& cancel, int threads);

  int workers() const override { return threads_; }
  void* scratch(int worker, size_t bytes) override;
  void* shared(size_t bytes) override;
  bool cancelled() const override;
  void fail(const char* format, ...) override __attribute__((format(printf, 2, 3)));

  void refuseCancellation() { interruptible_ = false; }
  bool failed() const { return failed_.load(std::memory_order_acquire) == kFailed; }
  bool outOfMemory() const { return outOfMemory_.load(std::memory_order_relaxed); }
  const char* message() const { return message_; }

 private:
  static constexpr int kRunning = 0, kFailing = 1, kFailed = 2;

  void forChunks(int64_t n, int64_t grain, ChunkFn fn, void* context) override;
  void* given(void* block, size_t bytes);

  Workers& pool_;
  KernelMemory& memory_;
  const std::atomic<bool>& cancel_;
  const int threads_;
  bool interruptible_ = true;
  std::atomic<int> failed_{kRunning};
  std::atomic<bool> outOfMemory_{false};
  char message_[256] = "";
};

}  // namespace vmm
