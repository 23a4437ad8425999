// What JavaScript sees of the emulated device, beside all that the addon offers.
#pragma once
#include <napi.h>

namespace vmm::emulated {

void addExports(Napi::Env env, Napi::Object exports);

}  // namespace vmm::emulated
