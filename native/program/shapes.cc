#include "native/program/shapes.h"

#include <algorithm>

namespace vmm {
namespace {

struct Symbols {
  int64_t size[kMaxSymbols];
  const char* fixedBy[kMaxSymbols] = {};
  const View* leading = nullptr;  // the tensor whose first axes stand for "..."
  int leadingAxes = 0;
  int32_t live[kMaxSymbols];  // of axis 0, where that is the symbol
  bool liveKnown[kMaxSymbols] = {};
  int32_t leadingLive = -1;
};

Status wrong(int32_t node, const OpSpec& op, const TensorSpec& t, const char* why) {
  return failure(Code::badProgram, node, "%s: %s %s", op.name, t.name, why);
}

// Only the first token may stand for several axes or for none.
Status bindLeading(int32_t node, const OpSpec& op, const TensorSpec& t, const Tensor& tensor, int axes,
                   Symbols& known) {
  const View& v = tensor.view;
  if (!known.leading) {
    known.leading = &v;
    known.leadingAxes = axes;
    known.leadingLive = tensor.live;
    return {};
  }
  if (axes > 0 && known.leadingLive != tensor.live)
    return wrong(node, op, t, "has another live count than the tensors before it");
  if (known.leadingAxes != axes || !std::equal(v.dim, v.dim + axes, known.leading->dim))
    return wrong(node, op, t, "has other leading axes than the tensors before it");
  return {};
}

Status matchPattern(int32_t node, const OpSpec& op, const TensorSpec& t, Tensor& tensor, Symbols& known) {
  const View& v = tensor.view;
  const DimToken* token = t.dim;
  const DimToken* const end = t.dim + t.dims;
  const bool open =
      token != end && (token->kind == DimToken::kEllipsis || token->kind == DimToken::kOptional);
  const int extra = v.rank - (t.dims - (open ? 1 : 0));
  int axis = 0;
  if (extra < 0 || (extra > 0 && !open) || (extra > 1 && token->kind == DimToken::kOptional))
    return wrong(node, op, t, "has a wrong number of axes");
  if (open && token->kind == DimToken::kEllipsis) {
    if (Status s = bindLeading(node, op, t, tensor, extra, known); !s.ok()) return s;
    axis = extra;
  }
  if (open && !(token->kind == DimToken::kOptional && extra == 1)) ++token;
  for (; token != end; ++token, ++axis) {
    const int64_t size = v.dim[axis] - token->add;
    if (axis == 0) tensor.leastLive = std::max<int64_t>(tensor.leastLive, token->add);
    if (token->kind == DimToken::kLiteral) {
      if (size != 0) return wrong(node, op, t, "has an axis of another size than its op asks for");
      continue;
    }
    if (size < 0) return wrong(node, op, t, "has an axis that is too short");
    const int symbol = token->symbol;
    // A kernel goes through an axis by the size that one tensor has and follows another: both must be cut
    // alike.
    if (axis == 0 && token->add == 0) {
      if (known.liveKnown[symbol] && known.live[symbol] != tensor.live)
        return wrong(node, op, t, "has another live count than the tensors before it");
      known.liveKnown[symbol] = true;
      known.live[symbol] = tensor.live;
    }
    if (!known.fixedBy[symbol]) {
      known.fixedBy[symbol] = t.name;
      known.size[symbol] = size;
    } else if (known.size[symbol] != size) {
      return failure(Code::badProgram, node, "%s: axis %d of %s does not fit %s", op.name, axis, t.name,
                     known.fixedBy[symbol]);
    }
  }
  return {};
}

// The tensors of a rule: those that are given and whose shape no pattern decides.
struct Ruled {
  const View* inputs[kMaxTensors];
  int count = 0;
  const View* output = nullptr;
};

bool broadcasts(const Ruled& r) {
  for (int k = 0; k < r.count; ++k) {
    const View& x = *r.inputs[k];
    const int shift = r.output->rank - x.rank;
    if (shift < 0) return false;
    for (int i = 0; i < x.rank; ++i)
      if (x.dim[i] != 1 && x.dim[i] != r.output->dim[shift + i]) return false;
  }
  return true;
}

bool reduces(const Ruled& r) {
  const View &x = *r.inputs[0], &y = *r.output;
  if (x.rank != y.rank) return false;
  for (int i = 0; i < x.rank; ++i)
    if (y.dim[i] != x.dim[i] && y.dim[i] != 1) return false;
  return true;
}

// All axes but one are those of the output, and along that one the inputs and `extra` add up to it.
bool addsUp(const Ruled& r, int axis, int64_t extra) {
  if (axis < 0 || axis >= r.output->rank || extra < 0) return false;
  int64_t sum = extra;
  for (int k = 0; k < r.count; ++k) {
    const View& x = *r.inputs[k];
    if (x.rank != r.output->rank) return false;
    for (int i = 0; i < x.rank; ++i)
      if (i != axis && x.dim[i] != r.output->dim[i]) return false;
    sum += x.dim[axis];
  }
  return sum == r.output->dim[axis];
}

bool obeysRule(const Program& p, const Node& node, const Ruled& r) {
  switch (node.op->rule) {
    case ShapeRule::pattern:
      return true;
    case ShapeRule::broadcast:
      return broadcasts(r);
    case ShapeRule::reduce:
      return reduces(r);
    case ShapeRule::concat:
      return node.op->attrs >= 1 && addsUp(r, p.attrOf(node, 0), 0);
    case ShapeRule::pad: {
      if (node.op->attrs < 3) return false;
      const int64_t before = p.attrOf(node, 1), after = p.attrOf(node, 2);
      return before >= 0 && after >= 0 && addsUp(r, p.attrOf(node, 0), before + after);
    }
  }
  return false;
}

}  // namespace

Status verifyShapes(Program& p, int32_t number) {
  const Node& node = p.nodes[number];
  const OpSpec& op = *node.op;
  const auto tensors = p.tensorsOf(node);
  Symbols known;
  Ruled inputs;
  for (int i = 0; i < op.inputs; ++i) {
    if (tensors[i] < 0) continue;
    Tensor& t = p.tensors[tensors[i]];
    if (op.tensors[i].dims < 0)
      inputs.inputs[inputs.count++] = &t.view;
    else if (Status s = matchPattern(number, op, op.tensors[i], t, known); !s.ok())
      return s;
  }
  for (int i = op.inputs; i < op.inputs + op.outputs; ++i) {
    if (tensors[i] < 0) continue;
    Tensor& t = p.tensors[tensors[i]];
    if (op.tensors[i].dims >= 0) {
      if (Status s = matchPattern(number, op, op.tensors[i], t, known); !s.ok()) return s;
      continue;
    }
    inputs.output = &t.view;
    if (inputs.count == 0 || !obeysRule(p, node, inputs))
      return wrong(number, op, op.tensors[i], "does not have the shape that its inputs give");
  }
  return {};
}

}  // namespace vmm
