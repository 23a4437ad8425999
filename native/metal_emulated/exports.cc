#include "native/metal_emulated/exports.h"

#include "native/metal_emulated/device.h"

namespace vmm::emulated {
namespace {

// emulate({libraries, seed}): how runs from now on are executed. Between runs only.
Napi::Value emulate(const Napi::CallbackInfo& info) {
  const Napi::Object options = info[0].As<Napi::Object>();
  device().options = {options.Get("libraries").As<Napi::String>().Utf8Value(),
                      static_cast<uint64_t>(options.Get("seed").As<Napi::Number>().Int64Value())};
  return info.Env().Undefined();
}

Napi::Value toObject(Napi::Env env, const Bytes& bytes) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("read", static_cast<double>(bytes.read));
  result.Set("written", static_cast<double>(bytes.written));
  return result;
}

// What went wrong, and the counters of each dispatch, since the last call.
Napi::Value takeReport(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object report = Napi::Object::New(env);
  Napi::Array problems = Napi::Array::New(env), list = Napi::Array::New(env);
  for (const std::string& problem : device().problems) problems.Set(problems.Length(), problem);
  for (const Counters& c : device().dispatches) {
    Napi::Object item = Napi::Object::New(env);
    item.Set("kernel", c.kernel);
    item.Set("threadgroups", static_cast<double>(c.threadgroups));
    item.Set("threads", static_cast<double>(c.threads));
    item.Set("barriers", static_cast<double>(c.barriers));
    item.Set("simdOperations", static_cast<double>(c.simdOperations));
    item.Set("threadgroupBytes", static_cast<double>(c.threadgroupBytes));
    item.Set("requested", toObject(env, c.requested));
    item.Set("moved", toObject(env, c.moved));
    item.Set("distinct", toObject(env, c.distinct));
    list.Set(list.Length(), item);
  }
  device().dispatches.clear();
  device().problems.clear();
  report.Set("problems", problems);
  report.Set("dispatches", list);
  return report;
}

}  // namespace

void addExports(Napi::Env env, Napi::Object exports) {
  exports.Set("emulate", Napi::Function::New<emulate>(env, "emulate"));
  exports.Set("takeReport", Napi::Function::New<takeReport>(env, "takeReport"));
}

}  // namespace vmm::emulated
