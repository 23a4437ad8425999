// A Metal device that is none: it executes ops and single dispatches at once, on copies of their tensors, so
// that whatever a kernel touches beside them is seen.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "native/metal_emulated/dispatch.h"
#include "native/program/op_table.h"

namespace vmm::emulated {

struct Options {
  std::string libraries;  // folder of <op>.so
  uint64_t seed = 0;
};

// A buffer of a single dispatch: copied before it, and back afterwards.
struct HostBuffer {
  size_t index;
  std::span<std::byte> bytes;
  bool initialised;
};

// One run at a time.
class Device {
 public:
  // Executes one op; what goes wrong ends the run.
  void execute(const OpSpec& op, uint32_t number, const void* args, Parallel& parallel);
  // Executes one kernel of any library.
  void dispatch(Library& library, const metal::Dispatch& dispatch, std::span<HostBuffer> buffers);
  // Null, with the reason in `problem`, when there is no such library.
  Library* library(const std::string& path, std::string& problem);

  Options options;
  // Since they were last asked for.
  std::vector<Counters> dispatches;
  std::vector<std::string> problems;

 private:
  void keep(const Execution& execution);

  std::map<std::string, std::unique_ptr<Library>> libraries_;  // by path
  Stacks stacks_;
};

// The one device of the process.
Device& device();

}  // namespace vmm::emulated
