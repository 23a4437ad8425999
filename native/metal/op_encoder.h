// Encodes the dispatches of one op into a command buffer: arguments, tensors, scratch, and barriers where its
// memory is that of others.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "native/metal/buffers.h"
#include "native/metal/hazards.h"
#include "native/metal/pipelines.h"
#include "native/metal/scratch.h"
#include "native/program/device.h"

namespace vmm::metal {

// A buffer of the device and where something lies in it.
struct Bound {
  const Buffer* buffer;
  std::byte* address;
  size_t offset, bytes;
};

// What the ops of a command buffer share.
struct Encoding {
  Commands& commands;
  Buffers& buffers;
  Pipelines& pipelines;
  Scratch& scratch;
  Hazards hazards;
};

class OpEncoder final : public Encoder {
 public:
  // `extents` has one for each tensor, `fault` is the word of this op.
  OpEncoder(Encoding& encoding, const OpSpec& op, std::byte* args, std::span<const Extent> extents,
            const Bound& fault);

  void scratch(size_t bytes) override;
  void dispatch(const Dispatch& dispatch) override;
  void refuse() override { refused_ = true; }
  void onFault(std::function<std::string(uint32_t)> explain) override { explain_ = std::move(explain); }

  // Why the device cannot do the op, if it cannot.
  bool refused() const { return refused_; }
  // A kernel that does not compile.
  const std::string& problem() const { return problem_; }
  std::function<std::string(uint32_t)> explain() { return std::move(explain_); }

 private:
  void bindTensors(std::span<const Extent> extents);

  Encoding& encoding_;
  const OpSpec& op_;
  std::byte* args_;
  std::vector<Bound> bound_;  // by index from kFirstTensor on
  std::vector<Touched> touched_;
  Bound fault_;
  bool begun_ = false, refused_ = false;
  std::vector<std::byte> packed_;
  std::string problem_;
  std::function<std::string(uint32_t)> explain_;
};

}  // namespace vmm::metal
