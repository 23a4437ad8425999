#include "native/program/executor.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "native/cpu/runtime/cores.h"
#include "native/program/device.h"

namespace vmm {

namespace {

struct Shared {
  std::mutex mutex;
  std::weak_ptr<Executor> executor;
};

// Never destroyed: threads may still use it while the process exits.
Shared& shared() {
  static Shared& only = *new Shared;
  return only;
}

}  // namespace

std::shared_ptr<Executor> Executor::acquire() {
  std::lock_guard lock(shared().mutex);
  std::shared_ptr<Executor> executor = shared().executor.lock();
  if (!executor) {
    executor.reset(new Executor);
    shared().executor = executor;
  }
  return executor;
}

// process.exit() calls no hook of an environment. A device's own destructors, which run after this one, must
// not meet a run.
void Executor::drainAtExit() {
  std::shared_ptr<Executor> executor;
  {
    std::lock_guard lock(shared().mutex);
    executor = shared().executor.lock();
  }
  if (executor) executor->drain();
}

void Executor::drain() {
  std::unique_lock lock(mutex_);
  quit_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !busy_; });
}

Executor::Executor()
    : machine_(coresToUse(), [] {
        static const int registered = std::atexit(drainAtExit);
        static_cast<void>(registered);
      }) {}

Executor::~Executor() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Executor::submit(std::shared_ptr<Job> job) {
  std::lock_guard lock(mutex_);
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      return false;
    }
  }
  queue_.push_back(std::move(job));
  changed_.notify_all();
  return true;
}

void Executor::cancel(const std::shared_ptr<Job>& job) {
  job->cancel.store(true, std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    const auto at = std::find(queue_.begin(), queue_.end(), job);
    if (at == queue_.end()) return;
    queue_.erase(at);
  }
  job->status = failure(Code::cancelled, -1, "the run was cancelled");
  job->over();
}

void Executor::runNow(Run& run) {
  between([&run](Machine& machine) { machine.execute(run); });
}

bool Executor::startDevice(std::string& text) {
  bool there = false;
  between([&](Machine& machine) {
    const Device* device = machine.device(text);
    there = device != nullptr;
    if (device) text = device->description();
  });
  return there;
}

template <class Do>
void Executor::between(Do&& with) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.wait(lock, [this] { return !busy_; });
  --waiting_;
  busy_ = true;
  lock.unlock();
  with(machine_);
  lock.lock();
  busy_ = false;
  changed_.notify_all();
}

void Executor::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return quit_ || (!queue_.empty() && !busy_ && waiting_ == 0); });
    if (quit_) return;
    std::shared_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    machine_.execute(*job);
    job->over();
    job.reset();
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace vmm
