#include "native/metal_emulated/staged_op.h"

#include <cstring>

namespace vmm::emulated {
namespace {

constexpr uint32_t kArguments = 0, kNoFault = UINT32_MAX;

}  // namespace

StagedOp::StagedOp(const OpSpec& op, const View* views, bool checked, uint64_t seed, Stacks& stacks)
    : op_(op),
      views_(views, views + op.inputs + op.outputs),
      checked_(checked),
      staging_(op, views_.data(), checked),
      execution_{stacks, Random(seed)} {}

bool StagedOp::isTensor(uint32_t index) const {
  return index >= metal::kFirstTensor && index < metal::kFirstTensor + op_.inputs + op_.outputs;
}

void StagedOp::bytes(uint32_t index, const void* bytes, size_t count) {
  auto& block = blocks_[index];
  block = std::make_unique<Tracked>(count, "the arguments", checked_);
  block->fill(bytes);
}

void StagedOp::buffer(uint32_t index, std::byte* address, size_t count) {
  if (isTensor(index)) {
    tensors_[index] = staging_.addressOf(static_cast<int>(index - metal::kFirstTensor), address);
    return;
  }
  auto& block = blocks_[index];
  if (index != metal::kFaultBuffer) {
    const size_t number = index - metal::kFirstTensor - op_.inputs - op_.outputs;
    // Later dispatches of the op find what the earlier have left there.
    if (!block) block = std::make_unique<Tracked>(count, "scratch " + std::to_string(number), checked_);
    return;
  }
  fault_ = address;
  if (block) return;
  block = std::make_unique<Tracked>(count, "the fault word", checked_);
  block->fill(address);
}

void StagedOp::dispatch(Library& library, const metal::Dispatch& dispatch) {
  Bindings bindings;
  for (const auto& [index, address] : tensors_) bindings.buffers[index] = address;
  staging_.forBlocks([&bindings](Block& block, Shadow* shadow) {
    bindings.memory.push_back({block.data(), block.bytes(), block.name(), true, shadow});
  });
  for (const auto& [index, block] : blocks_)
    block->bind(bindings, index, index != kArguments && index != metal::kFaultBuffer);
  execute(library, dispatch, bindings, execution_);
}

void StagedOp::finish() {
  Problems& problems = execution_.problems;
  uint32_t fault = kNoFault;
  if (fault_) {
    std::memcpy(&fault, blocks_[metal::kFaultBuffer]->data(), sizeof(fault));
    std::memcpy(fault_, &fault, sizeof(fault));
  }
  if (fault != kNoFault) problems.forgetRaces();
  // A launch that has dispatched nothing leaves the op to the CPU.
  staging_.finish(problems, fault == kNoFault && problems.none() && !execution_.counters.empty());
  for (const auto& [index, block] : blocks_) block->checkMargins(problems);
}

}  // namespace vmm::emulated
