// Everything a hostile program could ask for is refused here, so that planning, running and the kernels may
// rely on the tables: types, shapes, layouts, extents, what may be written, and what is written before it is
// read.
#include <algorithm>
#include <bit>
#include <cmath>

#include "native/program/program.h"
#include "native/program/shapes.h"

namespace vmm {
namespace {

Status bad(int32_t node, const char* op, const char* tensor, const char* why) {
  return failure(Code::badProgram, node, "%s: %s %s", op, tensor, why);
}

int64_t widthOf(const Tensor& t) { return bytesOf(t.view.dtype); }

// Bytes from the beginning of the buffer that the tensor touches.
struct Extent {
  uint64_t begin, end;
};
Extent extentOf(const Tensor& t) {
  const View& v = t.view;
  // Strides of an empty tensor are not bounded, so they are not looked at.
  if (v.count() == 0) return {0, 0};
  int64_t last = 0;
  for (int i = 0; i < v.rank; ++i) last += (v.dim[i] - 1) * v.stride[i];
  const auto begin = static_cast<uint64_t>(t.byteOffset);
  return {begin, begin + static_cast<uint64_t>((last + 1) * widthOf(t))};
}

bool isContiguous(const View& v) {
  int64_t step = 1;
  for (int i = v.rank - 1; i >= 0; --i) {
    if (v.dim[i] == 0) return true;
    if (v.dim[i] != 1 && v.stride[i] != step) return false;
    step *= v.dim[i];
  }
  return true;
}

bool hasLayout(const View& v, Layout layout) {
  if (layout == Layout::strided) return true;
  if (layout == Layout::contiguous) return isContiguous(v);
  return v.rank == 0 || v.dim[v.rank - 1] <= 1 || v.stride[v.rank - 1] == 1;
}

// No two elements at one address. Taken by rising stride, each axis must step over all axes before it.
bool isInjective(const View& v) {
  int order[kMaxRank];
  int n = 0;
  for (int i = 0; i < v.rank; ++i) {
    if (v.dim[i] == 0) return true;
    if (v.dim[i] == 1) continue;
    int at = n++;
    for (; at > 0 && v.stride[order[at - 1]] > v.stride[i]; --at) order[at] = order[at - 1];
    order[at] = i;
  }
  int64_t reach = 0;
  for (int i = 0; i < n; ++i) {
    if (v.stride[order[i]] <= reach) return false;
    reach += (v.dim[order[i]] - 1) * v.stride[order[i]];
  }
  return true;
}

// Sizes are bounded so that no later sum or product of them overflows.
Status verifyTensor(const Program& p, const Tensor& t) {
  const View& v = t.view;
  const Buffer& buffer = p.buffers[t.buffer];
  const char* outside = "a tensor lies outside of its buffer";
  if (t.byteOffset < 0 || static_cast<uint64_t>(t.byteOffset) > buffer.bytes)
    return failure(Code::badProgram, -1, "%s", outside);
  const int64_t base = buffer.kind == BufferKind::constant ? buffer.index : 0;
  if ((base + t.byteOffset) % widthOf(t) != 0)
    return failure(Code::badProgram, -1, "a tensor is not aligned");
  if (t.live >= 0 && v.rank == 0) return failure(Code::badProgram, -1, "a scalar cannot have a live count");
  int64_t count = 1;
  bool empty = false;
  for (int i = 0; i < v.rank; ++i) {
    if (v.dim[i] < 0 || v.stride[i] < 0)
      return failure(Code::badProgram, -1, "a tensor has a negative size or stride");
    if (v.dim[i] > kMaxElements || v.stride[i] > kMaxElements)
      return failure(Code::badProgram, -1, "a tensor is too large");
    if (v.dim[i] == 0)
      empty = true;
    else if (__builtin_mul_overflow(count, v.dim[i], &count) || count > kMaxElements)
      return failure(Code::badProgram, -1, "a tensor is too large");
  }
  if (empty) return {};
  int64_t last = 0;
  for (int i = 0; i < v.rank; ++i) {
    int64_t reach;
    if (__builtin_mul_overflow(v.dim[i] - 1, v.stride[i], &reach) || reach > kMaxElements ||
        (last += reach) > kMaxElements)
      return failure(Code::badProgram, -1, "%s", outside);
  }
  if (extentOf(t).end > buffer.bytes) return failure(Code::badProgram, -1, "%s", outside);
  return {};
}

class Verifier {
 public:
  explicit Verifier(Program& program) : p_(program), written_(program.buffers.size()) {}

  Status run() {
    if (Status s = buffers(); !s.ok()) return s;
    for (const Tensor& t : p_.tensors)
      if (Status s = verifyTensor(p_, t); !s.ok()) return s;
    p_.firstUninterruptible = static_cast<uint32_t>(p_.nodes.size());
    for (size_t i = 0; i < p_.nodes.size(); ++i) {
      if (Status s = node(static_cast<int32_t>(i)); !s.ok()) return s;
      if (!p_.nodes[i].op->interruptible)
        p_.firstUninterruptible = std::min(p_.firstUninterruptible, static_cast<uint32_t>(i));
    }
    if (Status s = outputs(); !s.ok()) return s;
    return versions();
  }

 private:
  Status buffers() {
    uint64_t total = 0;
    std::vector<bool> output(p_.outputs.size());
    for (const Slot& slot : p_.slots) total = std::min(total + slot.bytes + kAlignment, kMaxProgramBytes + 1);
    for (size_t i = 0; i < p_.buffers.size(); ++i) {
      const Buffer& b = p_.buffers[i];
      total = std::min(total + b.bytes + kAlignment, kMaxProgramBytes + 1);
      written_[i] = b.kind == BufferKind::slot || b.kind == BufferKind::constant;
      if (b.kind == BufferKind::next) {
        Slot& slot = p_.slots[b.index];
        if (slot.kind != SlotKind::state)
          return failure(Code::badProgram, -1, "slot %u has no versions", b.index);
        if (slot.doubled) return failure(Code::badProgram, -1, "slot %u has two next versions", b.index);
        slot.doubled = true;
      }
      if (b.kind == BufferKind::output) {
        if (output[b.index]) return failure(Code::badProgram, -1, "output %u has two buffers", b.index);
        output[b.index] = true;
      }
    }
    if (total > kMaxProgramBytes) return failure(Code::badProgram, -1, "the program needs too much memory");
    return {};
  }

  Status node(int32_t number) {
    const OpSpec& op = *p_.nodes[number].op;
    const auto tensors = p_.tensorsOf(p_.nodes[number]);
    for (int i = 0; i < op.inputs + op.outputs; ++i)
      if (Status s = tensor(number, op, i, tensors); !s.ok()) return s;
    if (Status s = attributes(number); !s.ok()) return s;
    if (Status s = verifyShapes(p_, number); !s.ok()) return s;
    for (int i = op.inputs; i < op.inputs + op.outputs; ++i)
      if (tensors[i] >= 0)
        if (Status s = write(number, op, i, tensors); !s.ok()) return s;
    return {};
  }

  Status tensor(int32_t number, const OpSpec& op, int i, std::span<const int32_t> tensors) {
    const TensorSpec& spec = op.tensors[i];
    if (tensors[i] < 0) return spec.optional ? Status{} : bad(number, op.name, spec.name, "is missing");
    const Tensor& t = p_.tensors[tensors[i]];
    if (!(spec.dtypes >> static_cast<int>(t.view.dtype) & 1))
      return bad(number, op.name, spec.name, "has a type that the op does not take");
    if (spec.sameDtypeAs >= 0 && tensors[spec.sameDtypeAs] >= 0 &&
        p_.tensors[tensors[spec.sameDtypeAs]].view.dtype != t.view.dtype)
      return bad(number, op.name, spec.name, "has another type than the input it follows");
    if (!hasLayout(t.view, spec.layout))
      return bad(number, op.name, spec.name, "has strides that the op does not take");
    if (i < op.inputs && !written_[t.buffer])
      return bad(number, op.name, spec.name, "is read before it is written");
    const Buffer& buffer = p_.buffers[t.buffer];
    if (buffer.kind == BufferKind::slot) {
      Slot& slot = p_.slots[buffer.index];
      slot.align = std::max(slot.align, static_cast<uint32_t>(widthOf(t)));
    }
    return {};
  }

  Status attributes(int32_t number) {
    const Node& node = p_.nodes[number];
    for (int i = 0; i < node.op->attrs; ++i) {
      const AttrSpec& spec = node.op->attr[i];
      const int32_t value = p_.attrOf(node, i);
      const bool ok = spec.kind == AttrSpec::kInt    ? true
                      : spec.kind == AttrSpec::kBool ? value == 0 || value == 1
                      : spec.kind == AttrSpec::kEnum ? value >= 0 && value < spec.limit
                                                     : !std::isnan(std::bit_cast<float>(value));
      if (!ok) return bad(number, node.op->name, spec.name, "has a value that does not exist");
    }
    return {};
  }

  Status write(int32_t number, const OpSpec& op, int i, std::span<const int32_t> tensors) {
    const TensorSpec& spec = op.tensors[i];
    const Tensor& t = p_.tensors[tensors[i]];
    const Buffer& buffer = p_.buffers[t.buffer];
    const int updated = spec.updates >= 0 && tensors[spec.updates] >= 0 ? spec.updates : -1;
    if (!isInjective(t.view)) return bad(number, op.name, spec.name, "writes some memory twice");
    if (updated >= 0) {
      if (!samePlace(t, p_.tensors[tensors[updated]]))
        return bad(number, op.name, spec.name, "is not in the place of the input that it replaces");
      if (buffer.kind == BufferKind::slot) {
        if (p_.slots[buffer.index].kind != SlotKind::state)
          return bad(number, op.name, spec.name, "would write a slot that is read only");
        p_.slots[buffer.index].updated = true;
      }
    } else if (buffer.kind == BufferKind::slot) {
      return bad(number, op.name, spec.name, "would write a slot in place");
    }
    if (buffer.kind == BufferKind::constant) return bad(number, op.name, spec.name, "would write a constant");
    for (int k = 0; k < op.inputs + op.outputs; ++k)
      if (k != i && k != updated && tensors[k] >= 0 && overlaps(t, p_.tensors[tensors[k]]))
        return bad(number, op.name, spec.name, "shares memory with another tensor of the node");
    written_[t.buffer] = true;
    if (buffer.kind == BufferKind::next && !(t.live < 0 && coversSlot(t)))
      p_.slots[buffer.index].carried = true;
    return {};
  }

  bool coversSlot(const Tensor& t) const {
    const Extent e = extentOf(t);
    return isContiguous(t.view) && e.begin == 0 && e.end == p_.slots[p_.buffers[t.buffer].index].bytes;
  }

  bool samePlace(const Tensor& a, const Tensor& b) const {
    return a.buffer == b.buffer && a.byteOffset == b.byteOffset && a.view.dtype == b.view.dtype &&
           a.live == b.live && a.view.rank == b.view.rank &&
           std::equal(a.view.dim, a.view.dim + a.view.rank, b.view.dim) &&
           std::equal(a.view.stride, a.view.stride + a.view.rank, b.view.stride);
  }

  // Two buffers may be windows on one slot.
  bool overlaps(const Tensor& a, const Tensor& b) const {
    const Buffer &x = p_.buffers[a.buffer], &y = p_.buffers[b.buffer];
    const bool same = a.buffer == b.buffer ||
                      (x.kind == BufferKind::slot && y.kind == BufferKind::slot && x.index == y.index);
    const Extent e = extentOf(a), f = extentOf(b);
    return same && e.begin < f.end && f.begin < e.end;
  }

  Status outputs() {
    for (size_t i = 0; i < p_.outputs.size(); ++i) {
      const Tensor& t = p_.tensors[p_.outputs[i]];
      const Buffer& b = p_.buffers[t.buffer];
      if (b.kind != BufferKind::output || b.index != i)
        return failure(Code::badProgram, -1, "output %zu is not in a buffer of its own", i);
      if (!isContiguous(t.view)) return failure(Code::badProgram, -1, "output %zu is not contiguous", i);
      if (!written_[t.buffer]) return failure(Code::badProgram, -1, "output %zu is never written", i);
    }
    return {};
  }

  Status versions() {
    for (size_t i = 0; i < p_.buffers.size(); ++i) {
      const Buffer& b = p_.buffers[i];
      if (b.kind != BufferKind::next) continue;
      if (!written_[i])
        return failure(Code::badProgram, -1, "the next version of slot %u is never written", b.index);
      if (p_.slots[b.index].updated)
        return failure(Code::badProgram, -1, "slot %u is both replaced and written in place", b.index);
    }
    return {};
  }

  Program& p_;
  std::vector<bool> written_;
};

}  // namespace

Status verify(Program& program) { return Verifier(program).run(); }

}  // namespace vmm
