// What follows the sums of a linear layer: bias, activation, what multiplies the result and is added to it,
// and where it goes. The numbers of activations
// are those of op::Linear in all ops that have them.
#pragma once
#include <metal_stdlib>
#include "kernels/functions.h"
#include "kernels/generated/args.h"
#include "kernels/operands.h"
#include "kernels/storage.h"
using namespace metal;

static_assert(int(op::PackedLinear::kSoftplus) == int(op::Linear::kSoftplus), "");
static_assert(int(op::QuantizedLinear::kSoftplus) == int(op::Linear::kSoftplus), "");

inline float activated(float x, int epilogue) {
  switch (epilogue) {
    case op::Linear::kRelu:
      return relu(x);
    case op::Linear::kGelu:
      return gelu(x);
    case op::Linear::kGeluTanh:
      return geluTanh(x);
    case op::Linear::kSilu:
      return silu(x);
    case op::Linear::kTanh:
      return precise::tanh(x);
    case op::Linear::kSigmoid:
      return sigmoid(x);
    case op::Linear::kSoftplus:
      return softplus(x);
    default:
      return x;
  }
}

// Outputs from firstCol on, for rows that are the left side of a product. `pre` takes the sums where `kept`.
struct LinearOutput {
  Rows rows;
  device const void* bias;
  device float* y;
  device float* pre;
  uint expert, firstCol, out;
  bool biased, kept;
  int biasType, epilogue;
  device const float* times = nullptr;  // as y; null where the result is not multiplied, or nothing is added
  device const float* plus = nullptr;

  void put(uint i, uint j, float sum) const {
    const uint col = firstCol + j;
    const ulong to = ulong(rows.row(i)) * out + col;
    if (biased) sum += loadFloat(bias, biasType, ulong(expert) * out + col);
    if (kept) pre[to] = sum;
    float result = activated(sum, epilogue);
    if (times) result *= times[to];
    if (plus) result += plus[to];
    y[to] = result;
  }
};
