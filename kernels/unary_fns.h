// The functions of `unary`, by their numbers.
#pragma once
#include <metal_stdlib>
#include "kernels/functions.h"
#include "kernels/generated/args.h"
using namespace metal;

inline float unaryOf(int fn, float x) {
  switch (fn) {
    case op::Unary::kNeg:
      return -x;
    case op::Unary::kAbs:
      return fabs(x);
    case op::Unary::kExp:
      return precise::exp(x);
    case op::Unary::kLog:
      return precise::log(x);
    case op::Unary::kSqrt:
      return precise::sqrt(x);
    case op::Unary::kRsqrt:
      return precise::rsqrt(x);
    case op::Unary::kReciprocal:
      return 1.0f / x;
    case op::Unary::kTanh:
      return precise::tanh(x);
    case op::Unary::kSigmoid:
      return sigmoid(x);
    case op::Unary::kSilu:
      return silu(x);
    case op::Unary::kGelu:
      return gelu(x);
    case op::Unary::kGeluTanh:
      return geluTanh(x);
    case op::Unary::kRelu:
      return relu(x);
    case op::Unary::kSoftplus:
      return softplus(x);
    case op::Unary::kSin:
      return precise::sin(x);
    case op::Unary::kCos:
      return precise::cos(x);
    case op::Unary::kSquare:
      return x * x;
    case op::Unary::kErf:
      return erf(x);
    case op::Unary::kSign:
      return signOf(x);
    default:
      return floor(x);
  }
}
