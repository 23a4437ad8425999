// Bytes to tables. Only sizes and references into tables are checked here; verify.cc checks their meaning.
#include <bit>
#include <cstring>

#include "native/program/program.h"

namespace vmm {
namespace {

static_assert(std::endian::native == std::endian::little, "programs are little-endian");

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      short_ = true;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  // Whether `count` items of at least `bytes` each can still follow: asked before memory is reserved for
  // them.
  bool holds(uint64_t count, uint64_t bytes) const { return count <= rest_.size() / bytes; }
  bool isShort() const { return short_; }
  std::span<const uint8_t> rest() const { return rest_; }

 private:
  std::span<const uint8_t> rest_;
  bool short_ = false;
};

Status bad(int32_t node, const char* what) { return failure(Code::badProgram, node, "%s", what); }

Status truncated() { return bad(-1, "the program is truncated"); }

Status decodeTensor(Reader& in, Tensor& t) {
  t.buffer = in.take<uint32_t>();
  const uint16_t dtype = in.take<uint16_t>(), rank = in.take<uint16_t>();
  t.live = in.take<int32_t>();
  t.byteOffset = in.take<int64_t>();
  if (in.isShort()) return truncated();
  if (dtype >= kDTypes) return failure(Code::badProgram, -1, "dtype %u does not exist", dtype);
  if (rank > kMaxRank) return failure(Code::badProgram, -1, "rank %u; at most %d", rank, kMaxRank);
  t.view = {};
  t.view.dtype = static_cast<DType>(dtype);
  t.view.rank = static_cast<int16_t>(rank);
  for (int i = 0; i < rank; ++i) t.view.dim[i] = in.take<int64_t>();
  for (int i = 0; i < rank; ++i) t.view.stride[i] = in.take<int64_t>();
  return in.isShort() ? truncated() : Status{};
}

Status decodeNode(Reader& in, int32_t number, Program& p) {
  Node node{};
  node.number = in.take<uint32_t>();
  if (in.isShort()) return truncated();
  if (node.number >= static_cast<uint32_t>(kOpCount))
    return failure(Code::badProgram, number, "op %u does not exist", node.number);
  node.op = &kOps[node.number];
  const uint32_t tensors = node.op->inputs + node.op->outputs;
  if (!in.holds(tensors + node.op->runs + node.op->attrs, 4)) return truncated();
  node.tensors = static_cast<uint32_t>(p.nodeTensors.size());
  node.runs = static_cast<uint32_t>(p.nodeRuns.size());
  node.attrs = static_cast<uint32_t>(p.nodeAttrs.size());
  for (uint32_t i = 0; i < tensors; ++i) {
    const int32_t t = in.take<int32_t>();
    if (t < -1 || t >= static_cast<int64_t>(p.tensors.size()))
      return failure(Code::badProgram, number, "tensor %d does not exist", t);
    p.nodeTensors.push_back(t);
  }
  for (int i = 0; i < node.op->runs; ++i) {
    const uint32_t scalar = in.take<uint32_t>();
    if (scalar >= p.scalars) return failure(Code::badProgram, number, "scalar %u does not exist", scalar);
    p.nodeRuns.push_back(scalar);
  }
  for (int i = 0; i < node.op->attrs; ++i) p.nodeAttrs.push_back(in.take<uint32_t>());
  p.nodes.push_back(node);
  return {};
}

Status decodeBuffer(Reader& in, uint32_t outputs, uint32_t constantBytes, Program& p) {
  const uint32_t kind = in.take<uint32_t>(), index = in.take<uint32_t>();
  const uint64_t bytes = in.take<uint64_t>();
  if (kind > static_cast<uint32_t>(BufferKind::constant)) return bad(-1, "unknown kind of buffer");
  if (bytes > kMaxBufferBytes) return bad(-1, "a buffer is too large");
  const Buffer buffer{static_cast<BufferKind>(kind), index, bytes};
  switch (buffer.kind) {
    case BufferKind::scratch:
      break;
    case BufferKind::slot:
    case BufferKind::next:
      if (index >= p.slots.size()) return bad(-1, "a buffer names a slot that does not exist");
      if (bytes > p.slots[index].bytes) return bad(-1, "a buffer is larger than its slot");
      break;
    case BufferKind::output:
      if (index >= outputs) return bad(-1, "a buffer names an output that does not exist");
      break;
    case BufferKind::constant:
      if (index > constantBytes || bytes > constantBytes - index)
        return bad(-1, "a constant lies outside of the program");
      break;
  }
  p.buffers.push_back(buffer);
  return {};
}

}  // namespace

Status decode(std::span<const uint8_t> bytes, Program& p) {
  Reader in(bytes);
  const uint32_t magic = in.take<uint32_t>(), hash = in.take<uint32_t>();
  p.scalars = in.take<uint32_t>();
  const uint32_t slots = in.take<uint32_t>(), buffers = in.take<uint32_t>(), tensors = in.take<uint32_t>();
  const uint32_t nodes = in.take<uint32_t>(), outputs = in.take<uint32_t>(),
                 constantBytes = in.take<uint32_t>();
  if (in.isShort() || magic != kProgramMagic) return bad(-1, "these bytes are not a program");
  if (hash != kOpTableHash) return bad(-1, "the program was made for another table of ops");

  if (!in.holds(slots, 12)) return truncated();
  p.slots.reserve(slots);
  for (uint32_t i = 0; i < slots; ++i) {
    const uint32_t kind = in.take<uint32_t>();
    const uint64_t size = in.take<uint64_t>();
    if (kind > static_cast<uint32_t>(SlotKind::state)) return bad(-1, "unknown kind of slot");
    if (size > kMaxBufferBytes) return bad(-1, "a slot is too large");
    p.slots.push_back({static_cast<SlotKind>(kind), size});
  }
  if (!in.holds(buffers, 16)) return truncated();
  p.buffers.reserve(buffers);
  for (uint32_t i = 0; i < buffers; ++i)
    if (Status s = decodeBuffer(in, outputs, constantBytes, p); !s.ok()) return s;
  if (!in.holds(tensors, 20)) return truncated();
  p.tensors.resize(tensors);
  for (Tensor& t : p.tensors) {
    if (Status s = decodeTensor(in, t); !s.ok()) return s;
    if (t.buffer >= buffers) return bad(-1, "a tensor names a buffer that does not exist");
    if (t.live < -1 || t.live >= static_cast<int64_t>(p.scalars))
      return bad(-1, "a live count names a scalar that does not exist");
  }
  if (!in.holds(nodes, 4)) return truncated();
  p.nodes.reserve(nodes);
  for (uint32_t i = 0; i < nodes; ++i)
    if (Status s = decodeNode(in, static_cast<int32_t>(i), p); !s.ok()) return s;
  if (!in.holds(outputs, 4)) return truncated();
  p.outputs.resize(outputs);
  for (uint32_t& t : p.outputs) {
    t = in.take<uint32_t>();
    if (t >= tensors) return bad(-1, "an output names a tensor that does not exist");
  }
  if (in.rest().size() != constantBytes) return bad(-1, "the constants are truncated or too long");
  if (constantBytes) {
    p.constants = Region::pages(constantBytes, Purpose::scratch);
    if (!p.constants)
      return failure(Code::outOfMemory, -1, "no memory for %u bytes of constants", constantBytes);
    std::memcpy(p.constants.data(), in.rest().data(), constantBytes);
  }
  return {};
}

Status compile(std::span<const uint8_t> bytes, std::shared_ptr<const Program>& out) {
  auto program = std::make_shared<Program>();
  if (Status s = decode(bytes, *program); !s.ok()) return s;
  if (Status s = verify(*program); !s.ok()) return s;
  if (Status s = plan(*program); !s.ok()) return s;
  out = std::move(program);
  return {};
}

}  // namespace vmm
