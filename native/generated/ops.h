// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::op {

struct Adamw {
  static constexpr int kNumber = 0;
  View param;
  View grad;
  View m;
  View v;
  View gradScale;
  View paramOut;
  View mOut;
  View vOut;
  double lr;
  double step;
  float beta1;
  float beta2;
  float eps;
  float weightDecay;
};
static_assert(sizeof(Adamw) == 928 && std::is_standard_layout_v<Adamw>);

struct AssignClusters {
  static constexpr int kNumber = 1;
  View x;
  View centroids;
  View index;
  View distance;
};
static_assert(sizeof(AssignClusters) == 448 && std::is_standard_layout_v<AssignClusters>);

struct Attention {
  static constexpr int kNumber = 2;
  View q;
  View k;
  View v;
  View offsets;
  View kvRange;
  View bias;
  View keyIndex;
  View y;
  View lse;
  int32_t causal;
  float scale;
};
static_assert(sizeof(Attention) == 1016 && std::is_standard_layout_v<Attention>);

struct AttentionGrad {
  static constexpr int kNumber = 3;
  View q;
  View k;
  View v;
  View offsets;
  View kvRange;
  View bias;
  View y;
  View lse;
  View upstream;
  View dq;
  View dk;
  View dv;
  View dBias;
  int32_t causal;
  float scale;
};
static_assert(sizeof(AttentionGrad) == 1464 && std::is_standard_layout_v<AttentionGrad>);

struct Binary {
  static constexpr int kNumber = 4;
  enum Fn : int32_t { kAdd, kSub, kMul, kDiv, kMax, kMin, kPow, kEq, kNe, kLt, kLe, kGt, kGe };
  View a;
  View b;
  View y;
  int32_t fn;
};
static_assert(sizeof(Binary) == 344 && std::is_standard_layout_v<Binary>);

struct CacheAppend {
  static constexpr int kNumber = 5;
  View cache;
  View x;
  View slot;
  View position;
  View cacheOut;
};
static_assert(sizeof(CacheAppend) == 560 && std::is_standard_layout_v<CacheAppend>);

struct Cast {
  static constexpr int kNumber = 6;
  enum To : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  View x;
  View y;
  int32_t to;
};
static_assert(sizeof(Cast) == 232 && std::is_standard_layout_v<Cast>);

struct CausalConv1d {
  static constexpr int kNumber = 7;
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
  static constexpr int kNumber = 8;
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

struct Chain {
  static constexpr int kNumber = 9;
  enum Fn1 : int32_t { kNone, kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor, kAdd, kSub, kMul, kDiv, kMax, kMin, kPow, kEq, kNe, kLt, kLe, kGt, kGe, kRsub, kRdiv, kRmax, kRmin, kRpow };
  View x;
  View with1;
  View with2;
  View with3;
  View with4;
  View with5;
  View with6;
  View y;
  int32_t fn1;
  int32_t fn2;
  int32_t fn3;
  int32_t fn4;
  int32_t fn5;
  int32_t fn6;
};
static_assert(sizeof(Chain) == 920 && std::is_standard_layout_v<Chain>);

struct Concat {
  static constexpr int kNumber = 10;
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
  static constexpr int kNumber = 11;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct CrossEntropy {
  static constexpr int kNumber = 12;
  View logits;
  View targets;
  View loss;
  View logSumExp;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropy) == 456 && std::is_standard_layout_v<CrossEntropy>);

struct CrossEntropyGrad {
  static constexpr int kNumber = 13;
  View logits;
  View targets;
  View logSumExp;
  View upstream;
  View dLogits;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropyGrad) == 568 && std::is_standard_layout_v<CrossEntropyGrad>);

struct Embedding {
  static constexpr int kNumber = 14;
  View table;
  View ids;
  View y;
};
static_assert(sizeof(Embedding) == 336 && std::is_standard_layout_v<Embedding>);

struct Fill {
  static constexpr int kNumber = 15;
  enum Dtype : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  View y;
  float value;
  int32_t dtype;
  int32_t count;
};
static_assert(sizeof(Fill) == 128 && std::is_standard_layout_v<Fill>);

struct Gather {
  static constexpr int kNumber = 16;
  View x;
  View index;
  View y;
};
static_assert(sizeof(Gather) == 336 && std::is_standard_layout_v<Gather>);

struct Iota {
  static constexpr int kNumber = 17;
  View y;
  int32_t count;
};
static_assert(sizeof(Iota) == 120 && std::is_standard_layout_v<Iota>);

struct LayerNorm {
  static constexpr int kNumber = 18;
  View x;
  View weight;
  View bias;
  View expert;
  View y;
  View mean;
  View invStd;
  float eps;
};
static_assert(sizeof(LayerNorm) == 792 && std::is_standard_layout_v<LayerNorm>);

struct LayerNormGrad {
  static constexpr int kNumber = 19;
  View x;
  View weight;
  View expert;
  View mean;
  View invStd;
  View upstream;
  View dx;
  View dWeight;
  View dBias;
};
static_assert(sizeof(LayerNormGrad) == 1008 && std::is_standard_layout_v<LayerNormGrad>);

struct Linear {
  static constexpr int kNumber = 20;
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  enum Compute : int32_t { kF32, kBf16 };
  View x;
  View weight;
  View bias;
  View expert;
  View y;
  View pre;
  int32_t epilogue;
  int32_t compute;
};
static_assert(sizeof(Linear) == 680 && std::is_standard_layout_v<Linear>);

struct LinearGradWeight {
  static constexpr int kNumber = 21;
  enum Compute : int32_t { kF32, kBf16 };
  View x;
  View upstream;
  View expert;
  View weight;
  View bias;
  int32_t experts;
  int32_t compute;
};
static_assert(sizeof(LinearGradWeight) == 568 && std::is_standard_layout_v<LinearGradWeight>);

struct Matmul {
  static constexpr int kNumber = 22;
  enum Compute : int32_t { kF32, kBf16 };
  View a;
  View b;
  View y;
  int32_t compute;
};
static_assert(sizeof(Matmul) == 344 && std::is_standard_layout_v<Matmul>);

struct NearestRows {
  static constexpr int kNumber = 23;
  View queries;
  View rows;
  View scales;
  View scores;
  View indices;
  int32_t k;
};
static_assert(sizeof(NearestRows) == 568 && std::is_standard_layout_v<NearestRows>);

struct PackWeight {
  static constexpr int kNumber = 24;
  View weight;
  View packed;
};
static_assert(sizeof(PackWeight) == 224 && std::is_standard_layout_v<PackWeight>);

struct PackedLinear {
  static constexpr int kNumber = 25;
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  enum Compute : int32_t { kF32, kBf16 };
  View x;
  View weight;
  View bias;
  View times;
  View plus;
  View y;
  int32_t out;
  int32_t epilogue;
  int32_t compute;
};
static_assert(sizeof(PackedLinear) == 688 && std::is_standard_layout_v<PackedLinear>);

struct Pad {
  static constexpr int kNumber = 26;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

struct PutAlong {
  static constexpr int kNumber = 27;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(PutAlong) == 344 && std::is_standard_layout_v<PutAlong>);

struct QuantizedEmbedding {
  static constexpr int kNumber = 28;
  View quants;
  View scales;
  View ids;
  View y;
};
static_assert(sizeof(QuantizedEmbedding) == 448 && std::is_standard_layout_v<QuantizedEmbedding>);

struct QuantizedLinear {
  static constexpr int kNumber = 29;
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  View x;
  View quants;
  View scales;
  View bias;
  View times;
  View plus;
  View y;
  int32_t out;
  int32_t epilogue;
};
static_assert(sizeof(QuantizedLinear) == 792 && std::is_standard_layout_v<QuantizedLinear>);

struct Random {
  static constexpr int kNumber = 30;
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
  static constexpr int kNumber = 31;
  enum Fn : int32_t { kSum, kMean, kMax, kMin };
  View x;
  View y;
  int32_t fn;
  int32_t axes;
};
static_assert(sizeof(Reduce) == 232 && std::is_standard_layout_v<Reduce>);

struct RmsNorm {
  static constexpr int kNumber = 32;
  View x;
  View weight;
  View expert;
  View y;
  View invRms;
  float eps;
};
static_assert(sizeof(RmsNorm) == 568 && std::is_standard_layout_v<RmsNorm>);

struct RmsNormGrad {
  static constexpr int kNumber = 33;
  View x;
  View weight;
  View expert;
  View invRms;
  View upstream;
  View dx;
  View dWeight;
};
static_assert(sizeof(RmsNormGrad) == 784 && std::is_standard_layout_v<RmsNormGrad>);

struct Rope {
  static constexpr int kNumber = 34;
  View x;
  View positions;
  View invFreq;
  View y;
  int32_t interleaved;
  int32_t inverse;
};
static_assert(sizeof(Rope) == 456 && std::is_standard_layout_v<Rope>);

struct ScatterAdd {
  static constexpr int kNumber = 35;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(ScatterAdd) == 344 && std::is_standard_layout_v<ScatterAdd>);

struct SegmentPool {
  static constexpr int kNumber = 36;
  enum Fn : int32_t { kSum, kMean, kLast, kMax };
  View x;
  View offsets;
  View y;
  View index;
  int32_t fn;
};
static_assert(sizeof(SegmentPool) == 456 && std::is_standard_layout_v<SegmentPool>);

struct SegmentSpread {
  static constexpr int kNumber = 37;
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
  static constexpr int kNumber = 38;
  View condition;
  View a;
  View b;
  View y;
};
static_assert(sizeof(Select) == 448 && std::is_standard_layout_v<Select>);

struct Softmax {
  static constexpr int kNumber = 39;
  View x;
  View y;
  int32_t log;
};
static_assert(sizeof(Softmax) == 232 && std::is_standard_layout_v<Softmax>);

struct SoftmaxGrad {
  static constexpr int kNumber = 40;
  View y;
  View upstream;
  View dx;
  int32_t log;
};
static_assert(sizeof(SoftmaxGrad) == 344 && std::is_standard_layout_v<SoftmaxGrad>);

struct SsmScan {
  static constexpr int kNumber = 41;
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
  static constexpr int kNumber = 42;
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
  static constexpr int kNumber = 43;
  View x;
  View index;
  View y;
};
static_assert(sizeof(TakeAlong) == 336 && std::is_standard_layout_v<TakeAlong>);

struct TopK {
  static constexpr int kNumber = 44;
  View x;
  View values;
  View indices;
  int32_t k;
};
static_assert(sizeof(TopK) == 344 && std::is_standard_layout_v<TopK>);

struct Unary {
  static constexpr int kNumber = 45;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View y;
  int32_t fn;
};
static_assert(sizeof(Unary) == 232 && std::is_standard_layout_v<Unary>);

struct UnaryGrad {
  static constexpr int kNumber = 46;
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  View x;
  View upstream;
  View y;
  int32_t fn;
};
static_assert(sizeof(UnaryGrad) == 344 && std::is_standard_layout_v<UnaryGrad>);

}  // namespace vmm::op
