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

struct CausalConv1d {
  static constexpr int kNumber = 2;
  enum Activation : int32_t { kNone, kSilu };
  View x;
  View weight;
  View bias;
  View offsets;
  View expert;
  View state;
  View y;
  View stateOut;
  int32_t activation;
};
static_assert(sizeof(CausalConv1d) == 904 && std::is_standard_layout_v<CausalConv1d>);

struct CausalConv1dGrad {
  static constexpr int kNumber = 3;
  enum Activation : int32_t { kNone, kSilu };
  View x;
  View weight;
  View bias;
  View offsets;
  View expert;
  View state;
  View upstream;
  View dx;
  View dWeight;
  View dBias;
  View dState;
  int32_t activation;
};
static_assert(sizeof(CausalConv1dGrad) == 1240 && std::is_standard_layout_v<CausalConv1dGrad>);

struct Concat {
  static constexpr int kNumber = 4;
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
  static constexpr int kNumber = 5;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct Embedding {
  static constexpr int kNumber = 6;
  View table;
  View ids;
  View y;
};
static_assert(sizeof(Embedding) == 336 && std::is_standard_layout_v<Embedding>);

struct Fill {
  static constexpr int kNumber = 7;
  enum Dtype : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  View y;
  float value;
  int32_t dtype;
  int32_t count;
};
static_assert(sizeof(Fill) == 128 && std::is_standard_layout_v<Fill>);

struct Gather {
  static constexpr int kNumber = 8;
  View x;
  View index;
  View y;
};
static_assert(sizeof(Gather) == 336 && std::is_standard_layout_v<Gather>);

struct Iota {
  static constexpr int kNumber = 9;
  View y;
  int32_t count;
};
static_assert(sizeof(Iota) == 120 && std::is_standard_layout_v<Iota>);

struct Pad {
  static constexpr int kNumber = 10;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

struct PutAlong {
  static constexpr int kNumber = 11;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(PutAlong) == 344 && std::is_standard_layout_v<PutAlong>);

struct Random {
  static constexpr int kNumber = 12;
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
  static constexpr int kNumber = 13;
  enum Fn : int32_t { kSum, kMean, kMax, kMin };
  View x;
  View y;
  int32_t fn;
  int32_t axes;
};
static_assert(sizeof(Reduce) == 232 && std::is_standard_layout_v<Reduce>);

struct ScatterAdd {
  static constexpr int kNumber = 14;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(ScatterAdd) == 344 && std::is_standard_layout_v<ScatterAdd>);

struct SegmentPool {
  static constexpr int kNumber = 15;
  enum Fn : int32_t { kSum, kMean, kLast, kMax };
  View x;
  View offsets;
  View y;
  View index;
  int32_t fn;
};
static_assert(sizeof(SegmentPool) == 456 && std::is_standard_layout_v<SegmentPool>);

struct SegmentSpread {
  static constexpr int kNumber = 16;
  enum Fn : int32_t { kCopy, kMean, kLast, kMax };
  View x;
  View offsets;
  View like;
  View index;
  View y;
  int32_t fn;
};
static_assert(sizeof(SegmentSpread) == 568 && std::is_standard_layout_v<SegmentSpread>);

struct Select {
  static constexpr int kNumber = 17;
  View condition;
  View a;
  View b;
  View y;
};
static_assert(sizeof(Select) == 448 && std::is_standard_layout_v<Select>);

struct SsmScan {
  static constexpr int kNumber = 18;
  View u;
  View delta;
  View aLog;
  View b;
  View c;
  View skip;
  View z;
  View deltaBias;
  View offsets;
  View expert;
  View state;
  View y;
  View stateOut;
  View chunkStates;
  int32_t softplus;
};
static_assert(sizeof(SsmScan) == 1576 && std::is_standard_layout_v<SsmScan>);

struct SsmScanGrad {
  static constexpr int kNumber = 19;
  View u;
  View delta;
  View aLog;
  View b;
  View c;
  View skip;
  View z;
  View deltaBias;
  View offsets;
  View expert;
  View chunkStates;
  View upstream;
  View du;
  View dDelta;
  View dALog;
  View dB;
  View dC;
  View dSkip;
  View dZ;
  View dDeltaBias;
  View dState;
  int32_t softplus;
};
static_assert(sizeof(SsmScanGrad) == 2360 && std::is_standard_layout_v<SsmScanGrad>);

struct TakeAlong {
  static constexpr int kNumber = 20;
  View x;
  View index;
  View y;
};
static_assert(sizeof(TakeAlong) == 336 && std::is_standard_layout_v<TakeAlong>);

struct Unary {
  static constexpr int kNumber = 21;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View y;
  int32_t fn;
};
static_assert(sizeof(Unary) == 232 && std::is_standard_layout_v<Unary>);

struct UnaryGrad {
  static constexpr int kNumber = 22;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View upstream;
  View y;
  int32_t fn;
};
static_assert(sizeof(UnaryGrad) == 344 && std::is_standard_layout_v<UnaryGrad>);

}  // namespace vmm::op
