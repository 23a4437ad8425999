// One thread per process that executes runs in the order of their submission.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "native/program/execute.h"

namespace vmm {

// A run and who wants to know that it is over. `over` is called once, from any thread.
struct Job : Run {
  virtual ~Job() = default;
  virtual void over() = 0;
};

class Executor {
 public:
  // The executor of the process, begun by its first user and ended with its last: no thread of ours is left
  // when the last environment is gone.
  static std::shared_ptr<Executor> acquire();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();

  int threads() const { return machine_.threads(); }
  uint64_t deviceRuns() const { return machine_.deviceRuns(); }
  uint64_t takenOver() const { return machine_.takenOver(); }
  // False when no thread could be started.
  bool submit(std::shared_ptr<Job> job);
  // A job that waits is over at once, one that runs at its next chunk.
  void cancel(const std::shared_ptr<Job>& job);
  // Executes on the calling thread, before all that wait.
  void runNow(Run& run);
  // Whether the device of this build is there; `text` describes it, or says why it is not.
  bool startDevice(std::string& text);

 private:
  Executor();
  void work();
  // Begins no further run, and returns when the one at hand is over.
  void drain();
  static void drainAtExit();
  // Calls do(machine) on the calling thread, between runs.
  template <class Do>
  void between(Do&& with);

  Machine machine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool busy_ = false, quit_ = false;
  int waiting_ = 0;  // callers of runNow()
  std::thread thread_;
};

}  // namespace vmm
