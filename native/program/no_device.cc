// Builds that have the CPU alone.
#include "native/program/device.h"

namespace vmm {

const char* const kDeviceName = nullptr;

std::unique_ptr<Device> startDevice(std::string& why) {
  why = "this build has none";
  return nullptr;
}

}  // namespace vmm
