// Failures as JavaScript errors with a code, and the node of the program where there is one.
#pragma once
#include <napi.h>

#include <string>

#include "native/program/status.h"

namespace vmm {

Napi::Value toError(Napi::Env env, const Status& status);
// Throws and returns undefined, so that a function can end with it.
Napi::Value throwStatus(Napi::Env env, const Status& status);
Napi::Value throwBadArgument(Napi::Env env, const std::string& message);

}  // namespace vmm
