// One JavaScript environment (the main thread or a worker thread) and the runs that it waits for.
#pragma once
#include <napi.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "native/program/executor.h"

namespace vmm {

// Where finished runs are announced. Shared with the runs, which may outlive the environment by a moment.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<uint32_t> finished;
  int running = 0;
  napi_threadsafe_function wake = nullptr;
};

class JsJob final : public Job {
 public:
  JsJob(std::shared_ptr<Mailbox> mailbox, uint32_t id) : mailbox_(std::move(mailbox)), id_(id) {}
  void over() override;

 private:
  std::shared_ptr<Mailbox> mailbox_;
  uint32_t id_;
};

class Environment {
 public:
  // Null after throwing.
  static std::unique_ptr<Environment> create(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Executor& executor() { return *executor_; }
  uint64_t nextSubmission() { return ++submissions_; }
  std::shared_ptr<JsJob> newJob() { return std::make_shared<JsJob>(mailbox_, ++jobs_); }
  // Queues the job; `done` is called once when it is over. Returns its number, or 0 when it cannot run.
  uint32_t submit(const std::shared_ptr<JsJob>& job, Napi::Function done);
  void cancel(uint32_t id);

 private:
  struct Waiting {
    std::shared_ptr<JsJob> job;
    Napi::FunctionReference done;
  };

  static void onFinished(napi_env env, napi_value, void* environment, void*);
  static void onExit(void* environment);
  void deliver(Napi::Env env);

  std::shared_ptr<Executor> executor_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unordered_map<uint32_t, Waiting> waiting_;
  uint32_t jobs_ = 0;
  uint64_t submissions_ = 0;
};

// The outputs of a run that succeeded, copied into memory of the environment.
Napi::Value copyOutputs(Napi::Env env, const Run& run);

void addRunExports(Napi::Env env, Napi::Object exports);

}  // namespace vmm
