// Every chunk runs once whatever the number of threads, loops end early when told to, and nothing hangs.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "native/cpu/runtime/run_parallel.h"
#include "native/test/check.h"

using namespace vmm;

namespace {

void testCoverage() {
  std::atomic<bool> cancel{false};
  for (const int width : {1, 2, 3, 8}) {
    Workers pool(width);
    KernelMemory memory(width);
    for (int round = 0; round < 3000; ++round) {
      const int threads = 1 + round % width;
      RunParallel parallel(pool, memory, cancel, threads);
      const int64_t n = round % 97, grain = 1 + round % 5;
      std::vector<std::atomic<int>> hits(static_cast<size_t>(n));
      parallel.chunks(n, grain, [&](int64_t begin, int64_t end, int worker) {
        CHECK(worker >= 0 && worker < threads && begin % grain == 0 && end - begin <= grain);
        for (int64_t i = begin; i < end; ++i) ++hits[static_cast<size_t>(i)];
      });
      for (auto& hit : hits) CHECK(hit == 1);
      // Now and then long enough a pause for the helpers to fall asleep.
      if (round % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

void testStops() {
  Workers pool(3);
  KernelMemory memory(3);
  std::atomic<bool> cancel{false};
  RunParallel parallel(pool, memory, cancel, 3);
  std::atomic<int> ran{0};
  parallel.chunks(1000000, 1, [&](int64_t, int64_t, int) {
    if (++ran == 100) cancel = true;
  });
  CHECK(ran >= 100 && ran < 1000000 && parallel.cancelled());
  parallel.refuseCancellation();
  CHECK(!parallel.cancelled());
  parallel.fail("index %d", 7);
  parallel.fail("second");
  CHECK(parallel.failed() && parallel.cancelled() && std::string_view(parallel.message()) == "index 7");
}

void testMemory() {
  KernelMemory memory(2);
  void* a = memory.scratch(1, 100);
  CHECK(reinterpret_cast<uintptr_t>(a) % 64 == 0 && memory.scratch(1, 50) == a);
  void* b = memory.shared(100);
  CHECK(memory.shared(100) != b);
  CHECK(memory.scratch(1, 1 << 22) != nullptr && memory.shared(1 << 22) != nullptr);
  memory.reset();
  CHECK(memory.shared(1 << 20) != nullptr);
  CHECK(memory.shared(SIZE_MAX) == nullptr && memory.scratch(0, SIZE_MAX) == nullptr);
}

// Blocks stay through a period that needs them, and are gone after one that does not.
void testPeriods() {
  KernelMemory memory(2);
  const int64_t before = liveBytes(Purpose::scratch);
  const auto held = [&] { return liveBytes(Purpose::scratch) - before; };
  constexpr size_t kLarge = size_t{1} << 24;
  for (const size_t bytes : {kLarge, kLarge / 2}) {
    CHECK(memory.scratch(1, bytes) && memory.shared(bytes));
    memory.reset();
    memory.endPeriod();
    CHECK(held() == 2 * static_cast<int64_t>(kLarge));
  }
  CHECK(memory.scratch(1, 1000) && memory.shared(1000));
  memory.reset();
  memory.endPeriod();
  CHECK(held() == 0);
  CHECK(memory.scratch(1, 1000) && memory.shared(1000) && held() < 10000);
}

}  // namespace

int main() {
  testCoverage();
  testStops();
  testMemory();
  testPeriods();
  return 0;
}
