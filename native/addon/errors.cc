#include "native/addon/errors.h"

namespace vmm {
namespace {

const char* nameOf(Code code) {
  switch (code) {
    case Code::ok:
      break;
    case Code::badProgram:
      return "BAD_PROGRAM";
    case Code::badArgument:
      return "BAD_ARGUMENT";
    case Code::kernel:
      return "KERNEL";
    case Code::cancelled:
      return "CANCELLED";
    case Code::disposed:
      return "DISPOSED";
    case Code::outOfMemory:
      return "OUT_OF_MEMORY";
    case Code::device:
      return "DEVICE";
    case Code::badFile:
      return "BAD_FILE";
  }
  return "";
}

}  // namespace

Napi::Value toError(Napi::Env env, const Status& status) {
  Napi::Object error = Napi::Error::New(env, status.message).Value();
  if (error.IsEmpty()) return env.Undefined();
  error.Set("code", nameOf(status.code));
  if (status.node >= 0) error.Set("node", status.node);
  return error;
}

Napi::Value throwStatus(Napi::Env env, const Status& status) {
  if (!env.IsExceptionPending()) napi_throw(env, toError(env, status));
  return env.Undefined();
}

Napi::Value throwBadArgument(Napi::Env env, const std::string& message) {
  return throwStatus(env, {Code::badArgument, -1, message});
}

}  // namespace vmm
