#include "native/metal_emulated/exports.h"

#include "native/addon/errors.h"
#include "native/metal/sources.h"
#include "native/metal_emulated/device.h"

namespace vmm::emulated {
namespace {

// emulate({libraries, seed, staged, mostWork}): how runs from now on are executed. Between runs only.
Napi::Value emulate(const Napi::CallbackInfo& info) {
  const Napi::Object options = info[0].As<Napi::Object>();
  device().options = {options.Get("libraries").As<Napi::String>().Utf8Value(),
                      static_cast<uint64_t>(options.Get("seed").As<Napi::Number>().Int64Value()),
                      options.Get("staged").ToBoolean().Value()};
  const Napi::Value mostWork = options.Get("mostWork");
  if (mostWork.IsNumber()) device().options.mostWork = mostWork.As<Napi::Number>().DoubleValue();
  return info.Env().Undefined();
}

Napi::Value toObject(Napi::Env env, const Bytes& bytes) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("read", static_cast<double>(bytes.read));
  result.Set("written", static_cast<double>(bytes.written));
  return result;
}

metal::Size toSize(const Napi::Value& value) {
  const Napi::Array list = value.As<Napi::Array>();
  metal::Size size{1, 1, 1};
  for (uint32_t i = 0; i < size.size() && i < list.Length(); ++i)
    size[i] = list.Get(i).As<Napi::Number>().Uint32Value();
  return size;
}

// kernels(library): the names of its kernels.
Napi::Value kernels(const Napi::CallbackInfo& info) {
  std::string problem;
  Library* library = device().library(info[0].As<Napi::String>().Utf8Value(), problem);
  if (!library) return throwBadArgument(info.Env(), problem);
  Napi::Array names = Napi::Array::New(info.Env());
  for (const std::string& name : library->kernels()) names.Set(names.Length(), name);
  return names;
}

// source(op): the embedded text of its kernels, as Metal would compile it.
Napi::Value source(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), metal::sourceOf(info[0].As<Napi::String>().Utf8Value().c_str()));
}

// dispatch({library, kernel, constants, groups, threads, buffers: [{index, bytes, initialised}]}): executes a
// kernel; `bytes` are Uint8Arrays and hold afterwards what the kernel has left.
Napi::Value dispatch(const Napi::CallbackInfo& info) {
  const Napi::Object call = info[0].As<Napi::Object>();
  std::string problem;
  Library* library = device().library(call.Get("library").As<Napi::String>().Utf8Value(), problem);
  if (!library) return throwBadArgument(info.Env(), problem);
  const std::string kernel = call.Get("kernel").As<Napi::String>().Utf8Value();
  metal::Dispatch dispatch{kernel.c_str(), {}, toSize(call.Get("groups")), toSize(call.Get("threads"))};
  const Napi::Array constants = call.Get("constants").As<Napi::Array>();
  for (uint32_t i = 0; i < constants.Length(); ++i)
    dispatch.constants.push_back(constants.Get(i).As<Napi::Number>().Int32Value());
  std::vector<HostBuffer> buffers;
  const Napi::Array list = call.Get("buffers").As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Object buffer = list.Get(i).As<Napi::Object>();
    Napi::Uint8Array bytes = buffer.Get("bytes").As<Napi::Uint8Array>();
    const uint32_t index = buffer.Get("index").As<Napi::Number>().Uint32Value();
    if (index >= kVmmBuffers) return throwBadArgument(info.Env(), "buffer " + std::to_string(index));
    buffers.push_back({index,
                       {reinterpret_cast<std::byte*>(bytes.Data()), bytes.ByteLength()},
                       buffer.Get("initialised").ToBoolean().Value()});
  }
  device().dispatch(*library, dispatch, buffers);
  return info.Env().Undefined();
}

// What went wrong, the counters of each dispatch, and how many command buffers there were, since the last
// call.
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
  report.Set("commandBuffers", device().commandBuffers);
  device().commandBuffers = 0;
  device().dispatches.clear();
  device().problems.clear();
  report.Set("problems", problems);
  report.Set("dispatches", list);
  return report;
}

}  // namespace

void addExports(Napi::Env env, Napi::Object exports) {
  device().options.libraries = VMM_METAL_LIBRARIES;
  exports.Set("emulate", Napi::Function::New<emulate>(env, "emulate"));
  exports.Set("source", Napi::Function::New<source>(env, "source"));
  exports.Set("kernels", Napi::Function::New<kernels>(env, "kernels"));
  exports.Set("dispatch", Napi::Function::New<dispatch>(env, "dispatch"));
  exports.Set("takeReport", Napi::Function::New<takeReport>(env, "takeReport"));
}

}  // namespace vmm::emulated
