#include "native/addon/handles.h"

#include <cmath>
#include <cstring>

namespace vmm {
namespace {

constexpr napi_type_tag kTag = {0x7665637430722d6dull, 0x616d62612d68616eull};
constexpr double kMaxSafeInteger = 9007199254740991.0;

int64_t ownedBytes(const Handle& handle) {
  if (const auto* state = std::get_if<std::shared_ptr<State>>(&handle.resource))
    return static_cast<int64_t>((*state)->ownedBytes());
  if (const auto* weight = std::get_if<std::shared_ptr<const Weight>>(&handle.resource))
    return (*weight)->owned() ? static_cast<int64_t>((*weight)->bytes()) : 0;
  return 0;
}

void release(Napi::Env env, Handle& handle) {
  handle.resource = {};
  updateExternal(env, handle);
}

Napi::Value outOfMemory(Napi::Env env, uint64_t bytes) {
  return throwStatus(env, {Code::outOfMemory, -1, "no memory for " + std::to_string(bytes) + " bytes"});
}

Napi::Value createState(const Napi::CallbackInfo& info) {
  uint64_t bytes;
  if (!toSize(info.Env(), info[0], "bytes", bytes)) return {};
  Region memory = Region::pages(bytes, Purpose::state);
  if (!memory && bytes) return outOfMemory(info.Env(), bytes);
  return newHandle(info.Env(), std::make_shared<State>(std::move(memory)));
}

// A state that no run is in the way of, and a range inside it; null after throwing.
std::shared_ptr<State> stateAt(const Napi::CallbackInfo& info, uint64_t offset, uint64_t bytes, bool write) {
  auto state = resourceIn<State>(info.Env(), info[0], "a state");
  if (!state) return nullptr;
  if (!(write ? state->mayWrite() : state->mayRead())) {
    throwBadArgument(info.Env(), "the state is used by a run that is not over");
    return nullptr;
  }
  if (offset > state->bytes() || bytes > state->bytes() - offset) {
    throwBadArgument(info.Env(),
                     "the range lies outside of the state of " + std::to_string(state->bytes()) + " bytes");
    return nullptr;
  }
  return state;
}

Napi::Value writeState(const Napi::CallbackInfo& info) {
  std::span<const uint8_t> bytes;
  uint64_t offset = 0;
  if (!toBytes(info.Env(), info[1], "the bytes to write", bytes)) return {};
  if (!info[2].IsUndefined() && !toSize(info.Env(), info[2], "byteOffset", offset)) return {};
  const auto state = stateAt(info, offset, bytes.size(), true);
  if (state && !bytes.empty()) std::memcpy(state->data() + offset, bytes.data(), bytes.size());
  return info.Env().Undefined();
}

// Copies a range of a state or of a weight out.
Napi::Value readState(const Napi::CallbackInfo& info) {
  uint64_t offset, bytes;
  if (!toSize(info.Env(), info[1], "byteOffset", offset) || !toSize(info.Env(), info[2], "bytes", bytes))
    return {};
  Handle* handle = handleIn(info.Env(), info[0]);
  const auto* held = handle ? std::get_if<std::shared_ptr<const Weight>>(&handle->resource) : nullptr;
  const std::shared_ptr<const Weight> weight = held ? *held : nullptr;
  if (weight && (offset > weight->bytes() || bytes > weight->bytes() - offset))
    return throwBadArgument(
        info.Env(), "the range lies outside of the weight of " + std::to_string(weight->bytes()) + " bytes");
  const std::shared_ptr<State> state = weight ? nullptr : stateAt(info, offset, bytes, false);
  if (!weight && !state) return {};
  Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(info.Env(), bytes);
  if (copy.IsEmpty()) return {};
  if (bytes) std::memcpy(copy.Data(), (weight ? weight->data() : state->data()) + offset, bytes);
  if (weight && weight->file()) {
    if (const Status status = wholeness(*weight->file()); !status.ok())
      return throwStatus(info.Env(), status);
  }
  return copy;
}

Napi::Value mapFile(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) return throwBadArgument(info.Env(), "path: expected a string");
  std::string error;
  auto file = MappedFile::open(info[0].As<Napi::String>().Utf8Value(), error);
  if (!file) return throwBadArgument(info.Env(), error);
  return newHandle(info.Env(), std::move(file));
}

Napi::Value fileBytes(const Napi::CallbackInfo& info) {
  const auto file = resourceIn<const MappedFile>(info.Env(), info[0], "a mapped file");
  if (!file) return {};
  return Napi::Number::New(info.Env(), static_cast<double>(file->bytes()));
}

Napi::Value weight(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto file = resourceIn<const MappedFile>(env, info[0], "a mapped file");
  uint64_t offset, bytes, align = 4;
  if (!file || !toSize(env, info[1], "byteOffset", offset) || !toSize(env, info[2], "bytes", bytes))
    return {};
  if (!info[3].IsUndefined() && !toSize(env, info[3], "align", align)) return {};
  if (align == 0) return throwBadArgument(env, "align: expected at least 1");
  if (offset > file->bytes() || bytes > file->bytes() - offset)
    return throwBadArgument(
        env, "the weight lies outside of the file of " + std::to_string(file->bytes()) + " bytes");
  if (offset % align == 0) return newHandle(env, std::make_shared<const Weight>(file, offset, bytes));
  Region copy = Region::pages(bytes, Purpose::state);
  if (!copy && bytes) return outOfMemory(env, bytes);
  if (bytes) std::memcpy(copy.data(), file->data() + offset, bytes);
  if (const Status status = wholeness(*file); !status.ok()) return throwStatus(env, status);
  return newHandle(env, std::make_shared<const Weight>(std::move(copy)));
}

Napi::Value dispose(const Napi::CallbackInfo& info) {
  Handle* handle = handleIn(info.Env(), info[0]);
  if (!handle) return throwBadArgument(info.Env(), "dispose: expected a handle");
  release(info.Env(), *handle);
  return info.Env().Undefined();
}

}  // namespace

Napi::Value newHandle(Napi::Env env, Handle::Resource resource) {
  auto handle = std::make_unique<Handle>();
  handle->resource = std::move(resource);
  Handle& held = *handle;
  auto value = Napi::External<Handle>::New(env, handle.get(), [](Napi::Env e, Handle* h) {
    const std::unique_ptr<Handle> owner(h);
    release(e, *owner);
  });
  if (value.IsEmpty()) return {};
  static_cast<void>(handle.release());  // its finalizer owns it now
  value.TypeTag(&kTag);
  updateExternal(env, held);
  return value;
}

Handle* handleIn(Napi::Env env, const Napi::Value& value) {
  if (value.IsEmpty() || !value.IsExternal()) return nullptr;
  bool ours = false;
  if (napi_check_object_type_tag(env, value, &kTag, &ours) != napi_ok || !ours) return nullptr;
  return value.As<Napi::External<Handle>>().Data();
}

void updateExternal(Napi::Env env, Handle& handle) {
  const int64_t bytes = ownedBytes(handle);
  if (bytes == handle.external) return;
  int64_t total;
  napi_adjust_external_memory(env, bytes - handle.external, &total);
  handle.external = bytes;
}

bool toSize(Napi::Env env, const Napi::Value& value, const char* what, uint64_t& size) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= kMaxSafeInteger) || number != std::floor(number)) {
    throwBadArgument(env, std::string(what) + ": expected a whole number");
    return false;
  }
  size = static_cast<uint64_t>(number);
  return true;
}

bool toBytes(Napi::Env env, const Napi::Value& value, const char* what, std::span<const uint8_t>& bytes) {
  void* data = nullptr;
  size_t length = 0;
  if (value.IsTypedArray()) {
    // Indexed by napi_typedarray_type; the last is float16, which older headers do not name.
    static constexpr size_t kWidth[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2};
    int type = -1;
    if (napi_get_typedarray_info(env, value, reinterpret_cast<napi_typedarray_type*>(&type), &length, &data,
                                 nullptr, nullptr) == napi_ok &&
        type >= 0 && type < static_cast<int>(std::size(kWidth))) {
      bytes = {static_cast<const uint8_t*>(data), length * kWidth[type]};
      return true;
    }
  } else if (value.IsDataView()) {
    if (napi_get_dataview_info(env, value, &length, &data, nullptr, nullptr) == napi_ok) {
      bytes = {static_cast<const uint8_t*>(data), length};
      return true;
    }
  }
  throwBadArgument(env, std::string(what) + ": expected a typed array or DataView");
  return false;
}

void addHandleExports(Napi::Env env, Napi::Object exports) {
  exports.Set("createState", Napi::Function::New<createState>(env, "createState"));
  exports.Set("writeState", Napi::Function::New<writeState>(env, "writeState"));
  exports.Set("readState", Napi::Function::New<readState>(env, "readState"));
  exports.Set("mapFile", Napi::Function::New<mapFile>(env, "mapFile"));
  exports.Set("fileBytes", Napi::Function::New<fileBytes>(env, "fileBytes"));
  exports.Set("weight", Napi::Function::New<weight>(env, "weight"));
  exports.Set("dispose", Napi::Function::New<dispose>(env, "dispose"));
}

}  // namespace vmm
