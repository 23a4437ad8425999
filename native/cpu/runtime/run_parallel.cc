#include "native/cpu/runtime/run_parallel.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace vmm {

void* KernelMemory::scratch(int worker, size_t bytes) {
  Slot& slot = perWorker_[static_cast<size_t>(worker)];
  bytes = std::max<size_t>(bytes, 1);
  slot.demand.note(bytes);
  if (slot.block.bytes() >= bytes) return slot.block.data();
  Region larger = Region::block(std::max(bytes, 2 * slot.block.bytes()), Purpose::scratch);
  if (!larger) return nullptr;
  if (slot.block) slot.outgrown.push_back(std::move(slot.block));
  slot.block = std::move(larger);
  return slot.block.data();
}

void* KernelMemory::shared(size_t bytes) {
  bytes = std::max<size_t>(bytes, 1);
  if (bytes > SIZE_MAX - kAlignment) return nullptr;
  bytes = alignUp(bytes, kAlignment);
  if (shared_.empty() || shared_.back().bytes() - sharedUsed_ < bytes) {
    Region block = Region::block(shared_.empty() ? bytes : std::max(bytes, 2 * shared_.back().bytes()),
                                 Purpose::scratch);
    if (!block) return nullptr;
    shared_.push_back(std::move(block));
    sharedUsed_ = 0;
  }
  void* at = shared_.back().data() + sharedUsed_;
  sharedUsed_ += bytes;
  sharedDemand_.note(sharedUsed_);
  return at;
}

void KernelMemory::reset() {
  for (Slot& slot : perWorker_) slot.outgrown.clear();
  if (shared_.size() > 1) shared_.erase(shared_.begin(), shared_.end() - 1);
  sharedUsed_ = 0;
}

void KernelMemory::endPeriod() {
  for (Slot& slot : perWorker_) {
    if (slot.demand.isFarBelow(slot.block.bytes())) slot.block = Region();
    slot.demand.endPeriod();
  }
  if (!shared_.empty() && sharedDemand_.isFarBelow(shared_.back().bytes())) shared_.clear();
  sharedDemand_.endPeriod();
}

RunParallel::RunParallel(Workers& pool, KernelMemory& memory, const std::atomic<bool>& cancel, int threads)
    : pool_(pool), memory_(memory), cancel_(cancel), threads_(threads) {}

void* RunParallel::given(void* block, size_t bytes) {
  if (block) return block;
  outOfMemory_.store(true, std::memory_order_relaxed);
  fail("no memory for %zu bytes of working space", bytes);
  return nullptr;
}

void* RunParallel::scratch(int worker, size_t bytes) { return given(memory_.scratch(worker, bytes), bytes); }

void* RunParallel::shared(size_t bytes) { return given(memory_.shared(bytes), bytes); }

bool RunParallel::cancelled() const {
  return failed_.load(std::memory_order_relaxed) != kRunning ||
         (interruptible_ && cancel_.load(std::memory_order_relaxed));
}

void RunParallel::fail(const char* format, ...) {
  int running = kRunning;
  if (!failed_.compare_exchange_strong(running, kFailing)) return;
  va_list list;
  va_start(list, format);
  std::vsnprintf(message_, sizeof(message_), format, list);
  va_end(list);
  failed_.store(kFailed, std::memory_order_release);
}

void RunParallel::forChunks(int64_t n, int64_t grain, ChunkFn fn, void* context) {
  const auto stop = [](const void* self) { return static_cast<const RunParallel*>(self)->cancelled(); };
  pool_.run({n, grain, fn, context, stop, this}, threads_);
}

}  // namespace vmm
