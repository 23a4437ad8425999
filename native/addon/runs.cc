// compile, run, runSync and cancel.
#include <cstring>

#include "native/addon/environment.h"
#include "native/addon/handles.h"
#include "native/program/device.h"

namespace vmm {
namespace {

Status slotError(size_t index, const char* why) {
  return failure(Code::badArgument, -1, "slot %zu %s", index, why);
}

// Binds a weight or a state; a state that the program writes may not be bound a second time.
Status bindHandle(Napi::Env env, Handle& handle, const Slot& slot, size_t index, uint64_t submission,
                  Binding& binding) {
  if (std::holds_alternative<std::monostate>(handle.resource))
    return failure(Code::disposed, -1, "the handle of slot %zu was disposed of", index);
  if (const auto* weight = std::get_if<std::shared_ptr<const Weight>>(&handle.resource)) {
    binding.weight = *weight;
    return {};
  }
  const auto* state = std::get_if<std::shared_ptr<State>>(&handle.resource);
  if (!state) return slotError(index, "is bound to a handle that is neither a weight nor a state");
  State& s = **state;
  const bool writes = slot.updated || slot.doubled;
  if (s.boundBy == submission && (writes || s.boundToWrite))
    return slotError(index, "is bound to a state that the program updates and that is bound already");
  s.boundToWrite = writes || (s.boundBy == submission && s.boundToWrite);
  s.boundBy = submission;
  if (slot.doubled) {
    if (!s.makeShadow())
      return failure(Code::outOfMemory, -1, "no memory for the next version of slot %zu", index);
    updateExternal(env, handle);
  }
  binding.state = *state;
  binding.writes = writes;
  return {};
}

bool readSlots(Napi::Env env, const Napi::Value& value, Run& run) {
  const Program& p = *run.program;
  if (!value.IsArray()) return throwBadArgument(env, "slots: expected an array"), false;
  const Napi::Array slots = value.As<Napi::Array>();
  if (slots.Length() != p.slots.size())
    return throwBadArgument(env, "slots: got " + std::to_string(slots.Length()) + "; the program has " +
                                     std::to_string(p.slots.size())),
           false;
  if (p.hostBytes) {
    run.host = run.onDevice ? Region::pages(p.hostBytes, Purpose::scratch)
                            : Region::block(p.hostBytes, Purpose::scratch);
    if (!run.host)
      return throwStatus(env, {Code::outOfMemory, -1, "no memory for inputs and outputs"}), false;
    // A kernel that leaves a part of an output unwritten must not hand out old memory.
    if (p.hostBytes > p.inputBytes)
      std::memset(run.host.data() + p.inputBytes, 0, p.hostBytes - p.inputBytes);
  }
  run.bindings.resize(p.slots.size());
  const uint64_t submission = Environment::of(env).nextSubmission();
  for (uint32_t i = 0; i < p.slots.size(); ++i) {
    const Napi::Value item = slots.Get(i);
    const Slot& slot = p.slots[i];
    if (item.IsEmpty()) return false;
    Status status;
    if (slot.kind == SlotKind::input) {
      std::span<const uint8_t> bytes;
      if (!toBytes(env, item, "an input", bytes)) return false;
      // Live-bounded inputs may come without the rows that do not count.
      if (bytes.size() > slot.bytes)
        status = failure(Code::badArgument, -1, "slot %u got %zu bytes; at most %llu fit", i, bytes.size(),
                         static_cast<unsigned long long>(slot.bytes));
      else if (slot.bytes) {
        if (!bytes.empty()) std::memcpy(run.host.data() + slot.offset, bytes.data(), bytes.size());
        std::memset(run.host.data() + slot.offset + bytes.size(), 0, slot.bytes - bytes.size());
      }
    } else if (Handle* handle = handleIn(env, item)) {
      status = bindHandle(env, *handle, slot, i, submission, run.bindings[i]);
    } else {
      status = slotError(i, "expects a handle");
    }
    if (!status.ok()) return throwStatus(env, status), false;
  }
  return true;
}

bool readScalars(Napi::Env env, const Napi::Value& value, Run& run) {
  std::span<const uint8_t> bytes;
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array)
    return throwBadArgument(env, "scalars: expected a Float64Array"), false;
  if (!toBytes(env, value, "scalars", bytes)) return false;
  run.scalars.resize(bytes.size() / sizeof(double));
  if (!bytes.empty()) std::memcpy(run.scalars.data(), bytes.data(), bytes.size());
  return true;
}

bool readOptions(Napi::Env env, const Napi::Value& value, Run& run) {
  std::string set, device;
  if (value.IsObject()) {
    const Napi::Object options = value.As<Napi::Object>();
    const Napi::Value threads = options.Get("threads"), name = options.Get("set"),
                      where = options.Get("device");
    if (threads.IsEmpty() || name.IsEmpty() || where.IsEmpty()) return false;
    if (threads.IsNumber()) run.threads = threads.As<Napi::Number>().Int32Value();
    if (name.IsString()) set = name.As<Napi::String>().Utf8Value();
    if (where.IsString()) device = where.As<Napi::String>().Utf8Value();
  }
  run.set = kernelSet(set.empty() ? nullptr : set.c_str());
  if (!run.set) return throwBadArgument(env, "set: '" + set + "' is not available on this machine"), false;
  run.onDevice = !device.empty();
  if (run.onDevice && (!kDeviceName || device != kDeviceName))
    return throwBadArgument(env, "device: this build has no '" + device + "'"), false;
  return true;
}

bool readRun(const Napi::CallbackInfo& info, Run& run) {
  run.program = resourceIn<const Program>(info.Env(), info[0], "a program");
  return run.program && readOptions(info.Env(), info[3], run) && readScalars(info.Env(), info[2], run) &&
         readSlots(info.Env(), info[1], run);
}

Napi::Value run(const Napi::CallbackInfo& info) {
  if (!info[4].IsFunction()) return throwBadArgument(info.Env(), "done: expected a function");
  Environment& environment = Environment::of(info.Env());
  const auto job = environment.newJob();
  if (!readRun(info, *job)) return {};
  const uint32_t id = environment.submit(job, info[4].As<Napi::Function>());
  if (id == 0) return throwStatus(info.Env(), {Code::outOfMemory, -1, "no thread could be started"});
  return Napi::Number::New(info.Env(), id);
}

Napi::Value runSync(const Napi::CallbackInfo& info) {
  Run run;
  if (!readRun(info, run)) return {};
  for (size_t i = 0; i < run.bindings.size(); ++i) {
    const Binding& b = run.bindings[i];
    if (b.state && !(b.writes ? b.state->mayWrite() : b.state->mayRead()))
      return throwStatus(info.Env(),
                         slotError(i, "is bound to a state that is used by a run that is not over"));
  }
  Environment::of(info.Env()).executor().runNow(run);
  return run.status.ok() ? copyOutputs(info.Env(), run) : throwStatus(info.Env(), run.status);
}

// startDevice(): {name, description} of the device of this build, {name, problem} where it does not start, or
// null where the build has none.
Napi::Value startDevice(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!kDeviceName) return env.Null();
  std::string text;
  const bool there = Environment::of(env).executor().startDevice(text);
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", kDeviceName);
  result.Set(there ? "description" : "problem", text);
  return result;
}

Napi::Value cancel(const Napi::CallbackInfo& info) {
  uint64_t id;
  if (!toSize(info.Env(), info[0], "job", id)) return {};
  Environment::of(info.Env()).cancel(static_cast<uint32_t>(id));
  return info.Env().Undefined();
}

Napi::Value compileProgram(const Napi::CallbackInfo& info) {
  std::span<const uint8_t> bytes;
  if (!toBytes(info.Env(), info[0], "program", bytes)) return {};
  std::shared_ptr<const Program> program;
  if (const Status status = compile(bytes, program); !status.ok()) return throwStatus(info.Env(), status);
  return newHandle(info.Env(), std::move(program));
}

Napi::Value programInfo(const Napi::CallbackInfo& info) {
  const auto program = resourceIn<const Program>(info.Env(), info[0], "a program");
  if (!program) return {};
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("scratchBytes", static_cast<double>(program->scratchBytes));
  result.Set("nodes", static_cast<double>(program->nodes.size()));
  result.Set("inputBytes", static_cast<double>(program->inputBytes));
  return result;
}

}  // namespace

void addRunExports(Napi::Env env, Napi::Object exports) {
  exports.Set("compile", Napi::Function::New<compileProgram>(env, "compile"));
  exports.Set("programInfo", Napi::Function::New<programInfo>(env, "programInfo"));
  exports.Set("run", Napi::Function::New<run>(env, "run"));
  exports.Set("runSync", Napi::Function::New<runSync>(env, "runSync"));
  exports.Set("startDevice", Napi::Function::New<startDevice>(env, "startDevice"));
  exports.Set("cancel", Napi::Function::New<cancel>(env, "cancel"));
}

}  // namespace vmm
