#include "native/metal/op_encoder.h"

#include <cstring>

#include "native/metal/arguments.h"

namespace vmm::metal {
namespace {

View viewAt(const std::byte* args, int index) {
  View view;
  std::memcpy(&view, args + static_cast<size_t>(index) * sizeof(View), sizeof(View));
  return view;
}

}  // namespace

OpEncoder::OpEncoder(Encoding& encoding, const OpSpec& op, std::byte* args, std::span<const Extent> extents,
                     const Bound& fault)
    : encoding_(encoding), op_(op), args_(args), fault_(fault) {
  encoding_.scratch.beginOp();
  bindTensors(extents);
}

void OpEncoder::bindTensors(std::span<const Extent> extents) {
  for (int i = 0; i < op_.inputs + op_.outputs; ++i) {
    const View view = viewAt(args_, i);
    auto* data = static_cast<std::byte*>(view.data);
    std::byte* end = view ? endOf(view) : data;
    if (end == data) {
      bound_.push_back({});
      continue;
    }
    const Extent& extent = extents[static_cast<size_t>(i)];
    const Buffer* buffer = encoding_.buffers.of(extent.base, extent.bytes);
    if (!buffer) refused_ = true;
    bound_.push_back(
        {buffer, data, static_cast<size_t>(data - extent.base), static_cast<size_t>(end - data)});
    touched_.push_back({data, end, i >= op_.inputs});
  }
}

void OpEncoder::scratch(size_t bytes) {
  const ScratchPiece piece = encoding_.scratch.take(bytes);
  const Buffer* buffer = piece.data ? encoding_.buffers.of(piece.base, piece.baseBytes) : nullptr;
  if (!buffer || kFirstTensor + bound_.size() >= kFaultBuffer) {
    refused_ = true;
    return;
  }
  bound_.push_back({buffer, piece.data, static_cast<size_t>(piece.data - piece.base), bytes});
  touched_.push_back({piece.data, piece.data + bytes, true});
}

void OpEncoder::dispatch(const Dispatch& d) {
  if (d.groups[0] == 0 || d.groups[1] == 0 || d.groups[2] == 0) return;
  if (refused_ || !problem_.empty()) return;
  if (!packArguments(op_, args_, packed_)) {
    refused_ = true;
    return;
  }
  const Pipeline* pipeline = encoding_.pipelines.of(op_.name, d, problem_);
  if (!pipeline) return;

  Commands& commands = encoding_.commands;
  // The later dispatches of an op go on with what the earlier have made.
  if (begun_ || encoding_.hazards.conflict(touched_)) {
    commands.barrier();
    encoding_.hazards.barrier();
  }
  encoding_.hazards.add(touched_);
  begun_ = true;

  commands.setPipeline(*pipeline);
  commands.setBytes(0, packed_.data(), packed_.size());
  for (size_t i = 0; i < bound_.size(); ++i) {
    const Bound& b = bound_[i];
    if (!b.buffer) continue;
    // A launch may begin to look at a tensor further on.
    const bool tensor = i < static_cast<size_t>(op_.inputs + op_.outputs);
    const std::byte* data =
        tensor ? static_cast<std::byte*>(viewAt(args_, static_cast<int>(i)).data) : b.address;
    const auto further = static_cast<size_t>(data - b.address);
    commands.setBuffer(static_cast<uint32_t>(kFirstTensor + i), *b.buffer, b.offset + further,
                       b.bytes - further);
  }
  commands.setBuffer(kFaultBuffer, *fault_.buffer, fault_.offset, fault_.bytes);
  commands.dispatch(d.groups, d.threads);
}

}  // namespace vmm::metal
