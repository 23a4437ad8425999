// What follows the sum of a row of a linear layer, while it is in L1: bias, activation, and what the results
// are multiplied by and added to.
#pragma once
#include "native/cpu/math.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {

// The other ops have the epilogues of linear.
static_assert(int{op::PackedLinear::kSoftplus} == int{op::Linear::kSoftplus});
static_assert(int{op::QuantizedLinear::kSoftplus} == int{op::Linear::kSoftplus});
VMM_INLINE vf activate(int32_t epilogue, vf x) {
  switch (epilogue) {
    case op::Linear::kRelu:
      return vmax(x, vf{});
    case op::Linear::kGelu:
      return vgelu(x);
    case op::Linear::kGeluTanh:
      return vgeluTanh(x);
    case op::Linear::kSilu:
      return vsilu(x);
    case op::Linear::kTanh:
      return vtanh(x);
    case op::Linear::kSigmoid:
      return vsigmoid(x);
    case op::Linear::kSoftplus:
      return vsoftplus(x);
    default:
      return x;
  }
}

struct Epilogue {
  int32_t fn;
  View bias, y, pre;  // all but y may be absent
  View times{}, plus{};

  bool idle() const { return fn == op::Linear::kNone && !bias && !pre && !times && !plus; }
  // Columns j ... of a row whose bias is that of an expert.
  void apply(int64_t expert, int64_t row, int64_t j, int64_t cols) const {
    const int64_t out = y.dim[1];
    float* to = y.f32() + row * out + j;
    for (int64_t i = 0; i < cols; i += W) {
      vf v = loadUpTo(to + i, cols - i);
      if (bias) v = v + loadAny(bias.data, bias.dtype, expert * out + j + i, cols - i);
      if (pre) storeUpTo(pre.f32() + row * out + j + i, v, cols - i);
      v = activate(fn, v);
      if (times) v = v * loadUpTo(times.f32() + row * out + j + i, cols - i);
      if (plus) v = v + loadUpTo(plus.f32() + row * out + j + i, cols - i);
      storeUpTo(to + i, v, cols - i);
    }
  }
};

}  // namespace vmm::cpu::VMM_ISA
