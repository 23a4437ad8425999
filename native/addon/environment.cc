#include "native/addon/environment.h"

#include <cstring>

#include "native/addon/errors.h"

namespace vmm {

void JsJob::over() {
  for (const Binding& b : bindings)
    if (b.state) b.state->release(b.writes);
  // Whoever learns that the run is over may count on the memory that was disposed of meanwhile.
  bindings.clear();
  program.reset();
  // Under the lock: the environment leaves only when it has seen `running` fall to 0.
  std::lock_guard lock(mailbox_->mutex);
  mailbox_->finished.push_back(id_);
  --mailbox_->running;
  napi_call_threadsafe_function(mailbox_->wake, nullptr, napi_tsfn_nonblocking);
  mailbox_->changed.notify_all();
}

std::unique_ptr<Environment> Environment::create(Napi::Env env) {
  auto created = std::make_unique<Environment>();
  created->executor_ = Executor::acquire();
  napi_threadsafe_function& wake = created->mailbox_->wake;
  if (napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "vector-mamba"), 0, 1, nullptr,
                                      nullptr, created.get(), onFinished, &wake) != napi_ok ||
      napi_unref_threadsafe_function(env, wake) != napi_ok ||
      // After the function above, so that it runs before that is torn down.
      napi_add_env_cleanup_hook(env, onExit, created.get()) != napi_ok) {
    throwStatus(env, {Code::outOfMemory, -1, "the environment could not be set up"});
    return nullptr;
  }
  return created;
}

uint32_t Environment::submit(const std::shared_ptr<JsJob>& job, Napi::Function done) {
  const uint32_t id = jobs_;
  for (const Binding& b : job->bindings)
    if (b.state) b.state->use(b.writes);
  {
    std::lock_guard lock(mailbox_->mutex);
    ++mailbox_->running;
  }
  if (!executor_->submit(job)) {
    for (const Binding& b : job->bindings)
      if (b.state) b.state->release(b.writes);
    std::lock_guard lock(mailbox_->mutex);
    --mailbox_->running;
    return 0;
  }
  // Only while a run is pending may it keep the process alive.
  if (waiting_.empty()) napi_ref_threadsafe_function(done.Env(), mailbox_->wake);
  waiting_.emplace(id, Waiting{job, Napi::Persistent(done)});
  return id;
}

void Environment::cancel(uint32_t id) {
  const auto found = waiting_.find(id);
  if (found != waiting_.end()) executor_->cancel(found->second.job);
}

void Environment::onFinished(napi_env env, napi_value, void* environment, void*) {
  if (env) static_cast<Environment*>(environment)->deliver(env);
}

// Called once for every finished run, so that an error thrown by one callback does not lose the next.
void Environment::deliver(Napi::Env env) {
  uint32_t id;
  {
    std::lock_guard lock(mailbox_->mutex);
    if (mailbox_->finished.empty()) return;
    id = mailbox_->finished.front();
    mailbox_->finished.pop_front();
  }
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  const Waiting finished = std::move(found->second);
  waiting_.erase(found);
  if (waiting_.empty()) napi_unref_threadsafe_function(env, mailbox_->wake);

  const Run& run = *finished.job;
  const bool ok = run.status.ok();
  const napi_value arguments[] = {ok ? env.Null() : toError(env, run.status), ok ? copyOutputs(env, run) : env.Null()};
  if (napi_call_function(env, env.Undefined(), finished.done.Value(), 2, arguments, nullptr) != napi_pending_exception)
    return;
  // Node would only warn of an error that is left here.
  napi_value error;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

void Environment::onExit(void* environment) {
  auto& self = *static_cast<Environment*>(environment);
  for (const auto& [id, waiting] : self.waiting_) self.executor_->cancel(waiting.job);
  {
    std::unique_lock lock(self.mailbox_->mutex);
    self.mailbox_->changed.wait(lock, [&] { return self.mailbox_->running == 0; });
  }
  self.waiting_.clear();
  napi_release_threadsafe_function(self.mailbox_->wake, napi_tsfn_abort);
  self.executor_.reset();
}

Napi::Value copyOutputs(Napi::Env env, const Run& run) {
  Napi::Array list = Napi::Array::New(env, run.outputs.size());
  for (uint32_t i = 0; i < run.outputs.size(); ++i) {
    const Output& output = run.outputs[i];
    Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, output.bytes);
    if (copy.IsEmpty()) return env.Null();
    if (output.bytes) std::memcpy(copy.Data(), output.data, output.bytes);
    list.Set(i, copy);
  }
  return list;
}

}  // namespace vmm
