// The exports of the addon.
#include <napi.h>

#include "native/addon/environment.h"
#include "native/addon/handles.h"
#include "native/program/device.h"
#ifdef VMM_METAL_EMULATED
#include "native/metal_emulated/exports.h"
#endif

namespace vmm {
namespace {

const char* architecture() {
#if defined(__x86_64__)
  return "x64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "other";
#endif
}

Napi::Value info(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Napi::Array sets = Napi::Array::New(env);
  for (int i = 0; i < kKernelSetCount; ++i)
    if (kernelSet(kKernelSets[i].name)) sets.Set(sets.Length(), kKernelSets[i].name);
  Napi::Object live = Napi::Object::New(env);
  live.Set("state", static_cast<double>(liveBytes(Purpose::state)));
  live.Set("mapped", static_cast<double>(liveBytes(Purpose::mapped)));
  live.Set("scratch", static_cast<double>(liveBytes(Purpose::scratch)));
  Napi::Object result = Napi::Object::New(env);
  result.Set("sets", sets);
  result.Set("threads", Environment::of(env).executor().threads());
  result.Set("pageSize", static_cast<double>(kPageMultiple));
  result.Set("tableHash", static_cast<double>(kOpTableHash));
  result.Set("device", kDeviceName ? Napi::String::New(env, kDeviceName) : env.Null());
  result.Set("deviceRuns", static_cast<double>(Environment::of(env).executor().deviceRuns()));
  result.Set("takenOver", static_cast<double>(Environment::of(env).executor().takenOver()));
  result.Set("compiler", __VERSION__);
  result.Set("arch", architecture());
  result.Set("liveBytes", live);
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto environment = Environment::create(env);
  if (!environment) return exports;
  env.SetInstanceData(environment.release());
  exports.Set("info", Napi::Function::New<info>(env, "info"));
  addHandleExports(env, exports);
  addRunExports(env, exports);
#ifdef VMM_METAL_EMULATED
  emulated::addExports(env, exports);
#endif
  return exports;
}

}  // namespace
}  // namespace vmm

static Napi::Object initModule(Napi::Env env, Napi::Object exports) { return vmm::init(env, exports); }
NODE_API_MODULE(vector_mamba, initModule)
