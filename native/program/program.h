// A program as native code keeps it: the decoded tables, what verification learnt, and where memory lies.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "native/memory/region.h"
#include "native/program/op_table.h"
#include "native/program/status.h"

namespace vmm {

inline constexpr uint32_t kProgramMagic = 0x314D4D56;
inline constexpr uint64_t kMaxBufferBytes = uint64_t{1} << 42;
inline constexpr uint64_t kMaxProgramBytes = uint64_t{1} << 46;
inline constexpr int64_t kMaxElements = int64_t{1} << 46;

enum class SlotKind : uint32_t { input, weight, state };
enum class BufferKind : uint32_t { scratch, slot, next, output, constant };

struct Slot {
  SlotKind kind;
  uint64_t bytes;
  uint64_t offset = 0;   // inputs: where their copy lies in the memory of the run
  uint32_t align = 1;    // bytes of the widest element read from it
  bool updated = false;  // written in place
  bool doubled = false;  // its next version is written to a shadow
  bool carried = false;  // and that does not overwrite all of it: the old version is copied first
};

struct Buffer {
  BufferKind kind;
  uint32_t index;  // slot, output number, or byte offset into the constants
  uint64_t bytes;
  uint64_t offset = 0;  // scratch: in the arena; outputs: in the memory of the run
};

struct Tensor {
  uint32_t buffer;
  int32_t live;           // scalar that bounds dim[0], or -1
  int64_t leastLive = 0;  // and how small it may be, from patterns such as "sequences+1"
  int64_t byteOffset;
  View view;  // capacities; no data yet
};

struct Node {
  const OpSpec* op;
  uint32_t number;
  uint32_t tensors, runs, attrs;  // where its parts begin in the tables below
};

struct Program {
  uint32_t scalars = 0;
  std::vector<Slot> slots;
  std::vector<Buffer> buffers;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<uint32_t> outputs;  // tensors
  Region constants;

  std::vector<int32_t> nodeTensors;  // -1: absent
  std::vector<uint32_t> nodeRuns;
  std::vector<uint32_t> nodeAttrs;

  uint32_t firstUninterruptible = 0;  // a node, or their number
  uint64_t scratchBytes = 0;
  uint64_t inputBytes = 0;  // copies of the inputs, each aligned
  uint64_t hostBytes = 0;   // inputs, then outputs

  std::span<const int32_t> tensorsOf(const Node& node) const {
    return {nodeTensors.data() + node.tensors, static_cast<size_t>(node.op->inputs + node.op->outputs)};
  }
  int32_t attrOf(const Node& node, int index) const {
    return static_cast<int32_t>(nodeAttrs[node.attrs + index]);
  }
};

// The three steps of compile(): read the bytes, distrust them, place the memory.
Status decode(std::span<const uint8_t> bytes, Program& program);
Status verify(Program& program);
Status plan(Program& program);

Status compile(std::span<const uint8_t> bytes, std::shared_ptr<const Program>& program);

}  // namespace vmm
