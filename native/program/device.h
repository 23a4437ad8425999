// A device beside the CPU that programs run on. A build has one or none.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "native/program/execute.h"

namespace vmm {

// A run whose memory is in place: where each tensor lies, and in which pages.
struct Placement {
  const Run& run;
  std::span<const View> views;      // by tensor
  std::span<const Extent> extents;  // by buffer
};

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string description() const = 0;
  // Executes all nodes; nothing when this device cannot run this program, which has changed nothing then that
  // matters.
  virtual std::optional<Status> compute(const Placement& placement) = 0;
  // Between runs: gives back working memory that was far larger than any need since the last call.
  virtual void endPeriod() = 0;
};

// The name of the device of this build, or null.
extern const char* const kDeviceName;
// Null, with the reason in `why`, where it is not there or does not start.
std::unique_ptr<Device> startDevice(std::string& why);

}  // namespace vmm
