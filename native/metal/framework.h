// The calls into the Metal framework, and nothing beside them: what this header declares is done by Metal
// (framework_apple.cc) or by the emulation (native/metal_emulated/framework.cc); all else is shared.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "native/metal/launch.h"
#include "native/program/op_table.h"

namespace vmm::metal {

class Buffer {
 public:
  virtual ~Buffer() = default;
};

class Pipeline {
 public:
  virtual ~Pipeline() = default;
};

// One command buffer. Between two barriers its dispatches may run in any order, and at once.
class Commands {
 public:
  virtual ~Commands() = default;
  // What comes between the two belongs to this op, which has these tensors.
  virtual void beginOp(const OpSpec& op, const View* views) = 0;
  virtual void endOp() = 0;
  virtual void setPipeline(const Pipeline& pipeline) = 0;
  virtual void setBytes(uint32_t index, const void* bytes, size_t count) = 0;
  // `count` bytes from `offset` on are what a kernel may touch.
  virtual void setBuffer(uint32_t index, const Buffer& buffer, size_t offset, size_t count) = 0;
  virtual void dispatch(const Size& groups, const Size& threads) = 0;
  virtual void barrier() = 0;
  // Executes them, and returns when they are done: with an empty string, or with what went wrong.
  virtual std::string finish() = 0;
};

class Framework {
 public:
  virtual ~Framework() = default;
  virtual std::string description() const = 0;
  // Shares whole pages without a copy; null when the device cannot.
  virtual std::unique_ptr<Buffer> wrap(std::byte* base, size_t bytes) = 0;
  // Null, with the compiler's words in `problem`, when kernels/<op>.metal has no such kernel.
  virtual std::unique_ptr<Pipeline> pipeline(const char* op, const char* kernel,
                                             std::span<const int32_t> constants, std::string& problem) = 0;
  virtual std::unique_ptr<Commands> commands() = 0;
  // Multiplications that a command buffer should have at most, about. Between two of them a run can be
  // cancelled, and the system ends one that takes seconds.
  virtual double mostWork() const = 0;
};

// Null, with the reason in `why`, where it is not there.
std::unique_ptr<Framework> startFramework(std::string& why);

}  // namespace vmm::metal
