// Threads that share the chunks of one loop at a time. The caller is worker 0.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace vmm {

class Workers {
 public:
  using ChunkFn = void (*)(void* context, int64_t begin, int64_t end, int worker);
  // Asked before each chunk, from any worker; true skips the chunks that have not begun.
  using StopFn = bool (*)(const void* context);

  explicit Workers(int width) : width_(width) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  int width() const { return width_; }

  struct Loop {
    int64_t n, grain;
    ChunkFn fn;
    void* context;
    StopFn stop;
    const void* stopContext;
  };
  // Runs the loop on at most `threads` workers. One caller at a time, and not from inside a chunk.
  void run(const Loop& loop, int threads);

 private:
  // gate_: epoch (32 bits) | open (1) | worker limit (15) | workers inside (16). A helper enters an open loop
  // by counting itself in; the caller closes the loop when its chunks are taken and waits only for those
  // inside, never for a helper that has not woken up yet.
  static constexpr uint64_t kOpen = uint64_t{1} << 31;
  static constexpr uint64_t kInside = 0xffff;

  void help(int worker);
  void grab(int worker);
  bool waitForLoop(int worker, uint32_t& seen);

  const int width_;
  std::vector<std::thread> helpers_;
  Loop loop_{};
  int64_t chunks_ = 0;
  alignas(64) std::atomic<uint64_t> gate_{0};
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<bool> quit_{false};
  std::mutex mutex_;
  std::condition_variable work_, left_;
};

}  // namespace vmm
