// The functions of `binary`, by their numbers.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

inline float binaryOf(int fn, float a, float b) {
  switch (fn) {
    case op::Binary::kAdd:
      return a + b;
    case op::Binary::kSub:
      return a - b;
    case op::Binary::kMul:
      return a * b;
    case op::Binary::kDiv:
      return a / b;
    // NaN when either is.
    case op::Binary::kMax:
      return a > b || a != a ? a : b;
    case op::Binary::kMin:
      return a < b || a != a ? a : b;
    case op::Binary::kPow:
      return precise::pow(a, b);
    case op::Binary::kEq:
      return a == b ? 1.0f : 0.0f;
    case op::Binary::kNe:
      return a != b ? 1.0f : 0.0f;
    case op::Binary::kLt:
      return a < b ? 1.0f : 0.0f;
    case op::Binary::kLe:
      return a <= b ? 1.0f : 0.0f;
    case op::Binary::kGt:
      return a > b ? 1.0f : 0.0f;
    default:
      return a >= b ? 1.0f : 0.0f;
  }
}
