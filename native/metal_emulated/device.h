// A Metal device that is none: an encoder that executes dispatches at once, on copies of the tensors, so that
// whatever a kernel touches beside them is seen.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "native/metal/launch.h"
#include "native/metal_emulated/threadgroup.h"
#include "native/program/op_table.h"

namespace vmm::emulated {

struct Options {
  std::string libraries;  // folder of <op>.so
  uint64_t seed = 0;
};

// The libraries and stacks that runs share. One run at a time.
class Device {
 public:
  // Executes one op; what goes wrong ends the run.
  void execute(const OpSpec& op, uint32_t number, const void* args, Parallel& parallel);

  Options options;
  // Since they were last asked for.
  std::vector<Counters> dispatches;
  std::vector<std::string> problems;

 private:
  Library* libraryOf(const std::string& op, std::string& problem);

  std::map<std::string, std::unique_ptr<Library>> libraries_;  // by path
  Stacks stacks_;
};

// The one device of the process.
Device& device();

}  // namespace vmm::emulated
