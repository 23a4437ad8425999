#include "native/metal/arguments.h"

#include <cmath>
#include <cstring>

#include "kernels/generated/args.h"
#include "native/generated/ops.h"

namespace vmm::metal {
namespace {

// Views, run parameters and attributes stand in the same order in both.
#define VMM_OP(name, Name) static_assert(uint32_t{args::Name::kNumber} == uint32_t{op::Name::kNumber});
#include "native/generated/ops.inc"
#undef VMM_OP
// What setBytes takes.
static_assert(kMaxTensors * sizeof(args::Tensor) + kMaxRuns * sizeof(args::Scalar) +
                  kMaxAttrs * sizeof(uint32_t) <=
              4096);
static_assert(kMaxRank == 6 && int{args::kI32} == static_cast<int>(DType::i32));

bool packView(const View& view, args::Tensor& tensor) {
  tensor = {};
  tensor.given = view ? 1 : 0;
  tensor.rank = static_cast<uint16_t>(view.rank);
  tensor.dtype = static_cast<args::DType>(view.dtype);
  for (int axis = 0; view && axis < view.rank; ++axis) {
    if (view.dim[axis] > UINT32_MAX) return false;
    tensor.dim[axis] = static_cast<uint32_t>(view.dim[axis]);
    tensor.stride[axis] = view.stride[axis];
  }
  return true;
}

args::Scalar packScalar(double value) {
  const auto high = static_cast<float>(value);
  // Beyond 2^63 there is no whole number to give.
  const bool whole = std::fabs(value) < 0x1p63;
  return {whole ? static_cast<int64_t>(value) : 0, high, static_cast<float>(value - high)};
}

template <class T>
void append(std::vector<std::byte>& packed, const T& part) {
  const size_t at = packed.size();
  packed.resize(at + sizeof(T));
  std::memcpy(packed.data() + at, &part, sizeof(T));
}

}  // namespace

bool packArguments(const OpSpec& op, const void* args, std::vector<std::byte>& packed) {
  packed.clear();
  const auto* at = static_cast<const std::byte*>(args);
  for (int i = 0; i < op.inputs + op.outputs; ++i, at += sizeof(View)) {
    View view;
    std::memcpy(&view, at, sizeof(View));
    args::Tensor tensor;
    if (!packView(view, tensor)) return false;
    append(packed, tensor);
  }
  for (int i = 0; i < op.runs; ++i, at += sizeof(double)) {
    double value;
    std::memcpy(&value, at, sizeof(double));
    append(packed, packScalar(value));
  }
  const size_t attrs = op.attrs * sizeof(uint32_t), before = packed.size();
  packed.resize((before + attrs + 7) / 8 * 8);
  std::memcpy(packed.data() + before, at, attrs);
  return true;
}

}  // namespace vmm::metal
