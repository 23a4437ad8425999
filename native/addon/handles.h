// What JavaScript holds of native memory: opaque values that can be disposed of, and that cannot be forged.
#pragma once
#include <napi.h>

#include <memory>
#include <span>
#include <string>
#include <variant>

#include "native/addon/errors.h"
#include "native/memory/tensors.h"
#include "native/program/execute.h"

namespace vmm {

struct Handle {
  using Resource = std::variant<std::monostate, std::shared_ptr<State>, std::shared_ptr<const Weight>,
                                std::shared_ptr<const MappedFile>, std::shared_ptr<const Program>>;
  Resource resource;
  int64_t external = 0;  // bytes that the garbage collector was told of
};

Napi::Value newHandle(Napi::Env env, Handle::Resource resource);

// The handle in a value, or null when it is something else. Throws nothing.
Handle* handleIn(Napi::Env env, const Napi::Value& value);

// Tells the garbage collector how much memory the handle owns now.
void updateExternal(Napi::Env env, Handle& handle);

void addHandleExports(Napi::Env env, Napi::Object exports);

// Whole numbers that JavaScript can hold; false after throwing.
bool toSize(Napi::Env env, const Napi::Value& value, const char* what, uint64_t& size);

// The bytes that a typed array, Buffer or DataView shows at this moment; false after throwing.
bool toBytes(Napi::Env env, const Napi::Value& value, const char* what, std::span<const uint8_t>& bytes);

// The resource in a value. Null after throwing when it is of another kind or disposed of.
template <class T>
std::shared_ptr<T> resourceIn(Napi::Env env, const Napi::Value& value, const char* what) {
  Handle* handle = handleIn(env, value);
  if (handle && std::holds_alternative<std::monostate>(handle->resource)) {
    throwStatus(env, {Code::disposed, -1, std::string(what) + " was disposed of"});
    return nullptr;
  }
  auto* found = handle ? std::get_if<std::shared_ptr<T>>(&handle->resource) : nullptr;
  if (found) return *found;
  throwBadArgument(env, std::string("expected ") + what);
  return nullptr;
}

}  // namespace vmm
