// The emulated device: its kernels, how they are executed, and what it says of what it has executed.
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
  // Ops are executed one by one on copies of their tensors, so that whatever a kernel touches beside them is
  // seen. Otherwise they touch the memory of the program, and those between two barriers come in any order.
  bool staged = false;
  double mostWork = 1e11;  // of a command buffer
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
  // Executes one kernel of any library.
  void dispatch(Library& library, const metal::Dispatch& dispatch, std::span<HostBuffer> buffers);
  // Null, with the reason in `problem`, when there is no such library.
  Library* library(const std::string& path, std::string& problem);
  Library* libraryOf(const char* op, std::string& problem);
  Stacks& stacks() { return stacks_; }
  // Keeps what an execution says of itself.
  void keep(const Execution& execution);

  Options options;
  // Since they were last asked for.
  std::vector<Counters> dispatches;
  std::vector<std::string> problems;
  uint32_t commandBuffers = 0;

 private:
  std::map<std::string, std::unique_ptr<Library>> libraries_;  // by path
  Stacks stacks_;
};

// The one device of the process.
Device& device();

}  // namespace vmm::emulated
