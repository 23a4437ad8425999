// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::op {

struct Binary {
  static constexpr int kNumber = 0;
  enum Fn : int32_t { kAdd, kSub, kMul, kDiv, kMax, kMin, kPow, kEq, kNe, kLt, kLe, kGt, kGe };
  View a;
  View b;
  View y;
  int32_t fn;
};
static_assert(sizeof(Binary) == 344 && std::is_standard_layout_v<Binary>);

struct Cast {
  static constexpr int kNumber = 1;
  enum To : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  View x;
  View y;
  int32_t to;
};
static_assert(sizeof(Cast) == 232 && std::is_standard_layout_v<Cast>);

struct Concat {
  static constexpr int kNumber = 2;
  View x0;
  View x1;
  View x2;
  View x3;
  View x4;
  View x5;
  View x6;
  View x7;
  View y;
  int32_t axis;
};
static_assert(sizeof(Concat) == 1016 && std::is_standard_layout_v<Concat>);

struct Copy {
  static constexpr int kNumber = 3;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct Fill {
  static constexpr int kNumber = 4;
  enum Dtype : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  View y;
  float value;
  int32_t dtype;
  int32_t count;
};
static_assert(sizeof(Fill) == 128 && std::is_standard_layout_v<Fill>);

struct Iota {
  static constexpr int kNumber = 5;
  View y;
  int32_t count;
};
static_assert(sizeof(Iota) == 120 && std::is_standard_layout_v<Iota>);

struct Pad {
  static constexpr int kNumber = 6;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

struct Random {
  static constexpr int kNumber = 7;
  enum Kind : int32_t { kUniform, kNormal };
  View like;
  View y;
  double seed;
  int32_t kind;
  int32_t rows;
  int32_t cols;
  int32_t stream;
};
static_assert(sizeof(Random) == 248 && std::is_standard_layout_v<Random>);

struct Reduce {
  static constexpr int kNumber = 8;
  enum Fn : int32_t { kSum, kMean, kMax, kMin };
  View x;
  View y;
  int32_t fn;
  int32_t axes;
};
static_assert(sizeof(Reduce) == 232 && std::is_standard_layout_v<Reduce>);

struct Select {
  static constexpr int kNumber = 9;
  View condition;
  View a;
  View b;
  View y;
};
static_assert(sizeof(Select) == 448 && std::is_standard_layout_v<Select>);

struct Unary {
  static constexpr int kNumber = 10;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View y;
  int32_t fn;
};
static_assert(sizeof(Unary) == 232 && std::is_standard_layout_v<Unary>);

struct UnaryGrad {
  static constexpr int kNumber = 11;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View upstream;
  View y;
  int32_t fn;
};
static_assert(sizeof(UnaryGrad) == 344 && std::is_standard_layout_v<UnaryGrad>);

}  // namespace vmm::op
