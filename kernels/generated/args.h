// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#ifdef __METAL_VERSION__
namespace op {
#else
#include <cstdint>
namespace vmm::metal::args {
#endif

enum DType : uint16_t { kF32, kF16, kBf16, kI8, kU8, kI32 };

// A tensor as a kernel sees it; its memory is a buffer of its own. Strides are in elements.
struct Tensor {
  int64_t stride[6];
  uint32_t dim[6];
  uint16_t rank;
  DType dtype;
  uint32_t given;  // 0: an optional tensor that is not there
};
static_assert(sizeof(Tensor) == 80, "C++ and Metal agree on it");

// A number that changes from run to run: cut to a whole number, and as the sum of two floats.
struct Scalar {
  int64_t whole;
  float high, low;
};
static_assert(sizeof(Scalar) == 16, "C++ and Metal agree on it");

struct Adamw {
  enum : uint32_t { kNumber = 0, kTensors = 8 };
  Tensor param;
  Tensor grad;
  Tensor m;
  Tensor v;
  Tensor gradScale;
  Tensor paramOut;
  Tensor mOut;
  Tensor vOut;
  Scalar lr;
  Scalar step;
  float beta1;
  float beta2;
  float eps;
  float weightDecay;
};
static_assert(sizeof(Adamw) == 688, "C++ and Metal agree on it");

struct AssignClusters {
  enum : uint32_t { kNumber = 1, kTensors = 4 };
  Tensor x;
  Tensor centroids;
  Tensor index;
  Tensor distance;
};
static_assert(sizeof(AssignClusters) == 320, "C++ and Metal agree on it");

struct Attention {
  enum : uint32_t { kNumber = 2, kTensors = 9 };
  Tensor q;
  Tensor k;
  Tensor v;
  Tensor offsets;
  Tensor kvRange;
  Tensor bias;
  Tensor keyIndex;
  Tensor y;
  Tensor lse;
  int32_t causal;
  float scale;
};
static_assert(sizeof(Attention) == 728, "C++ and Metal agree on it");

struct AttentionGrad {
  enum : uint32_t { kNumber = 3, kTensors = 13 };
  Tensor q;
  Tensor k;
  Tensor v;
  Tensor offsets;
  Tensor kvRange;
  Tensor bias;
  Tensor y;
  Tensor lse;
  Tensor upstream;
  Tensor dq;
  Tensor dk;
  Tensor dv;
  Tensor dBias;
  int32_t causal;
  float scale;
};
static_assert(sizeof(AttentionGrad) == 1048, "C++ and Metal agree on it");

struct Binary {
  enum : uint32_t { kNumber = 4, kTensors = 3 };
  enum Fn : int32_t { kAdd, kSub, kMul, kDiv, kMax, kMin, kPow, kEq, kNe, kLt, kLe, kGt, kGe };
  Tensor a;
  Tensor b;
  Tensor y;
  int32_t fn;
};
static_assert(sizeof(Binary) == 248, "C++ and Metal agree on it");

struct CacheAppend {
  enum : uint32_t { kNumber = 5, kTensors = 5 };
  Tensor cache;
  Tensor x;
  Tensor slot;
  Tensor position;
  Tensor cacheOut;
};
static_assert(sizeof(CacheAppend) == 400, "C++ and Metal agree on it");

struct Cast {
  enum : uint32_t { kNumber = 6, kTensors = 2 };
  enum To : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  Tensor x;
  Tensor y;
  int32_t to;
};
static_assert(sizeof(Cast) == 168, "C++ and Metal agree on it");

struct CausalConv1d {
  enum : uint32_t { kNumber = 7, kTensors = 8 };
  enum Activation : int32_t { kNone, kSilu };
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor offsets;
  Tensor expert;
  Tensor state;
  Tensor y;
  Tensor stateOut;
  int32_t activation;
};
static_assert(sizeof(CausalConv1d) == 648, "C++ and Metal agree on it");

struct CausalConv1dGrad {
  enum : uint32_t { kNumber = 8, kTensors = 11 };
  enum Activation : int32_t { kNone, kSilu };
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor offsets;
  Tensor expert;
  Tensor state;
  Tensor upstream;
  Tensor dx;
  Tensor dWeight;
  Tensor dBias;
  Tensor dState;
  int32_t activation;
};
static_assert(sizeof(CausalConv1dGrad) == 888, "C++ and Metal agree on it");

struct Chain {
  enum : uint32_t { kNumber = 9, kTensors = 8 };
  enum Fn1 : int32_t { kNone, kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor, kAdd, kSub, kMul, kDiv, kMax, kMin, kPow, kEq, kNe, kLt, kLe, kGt, kGe, kRsub, kRdiv, kRmax, kRmin, kRpow };
  Tensor x;
  Tensor with1;
  Tensor with2;
  Tensor with3;
  Tensor with4;
  Tensor with5;
  Tensor with6;
  Tensor y;
  int32_t fn1;
  int32_t fn2;
  int32_t fn3;
  int32_t fn4;
  int32_t fn5;
  int32_t fn6;
};
static_assert(sizeof(Chain) == 664, "C++ and Metal agree on it");

struct Concat {
  enum : uint32_t { kNumber = 10, kTensors = 9 };
  Tensor x0;
  Tensor x1;
  Tensor x2;
  Tensor x3;
  Tensor x4;
  Tensor x5;
  Tensor x6;
  Tensor x7;
  Tensor y;
  int32_t axis;
};
static_assert(sizeof(Concat) == 728, "C++ and Metal agree on it");

struct Copy {
  enum : uint32_t { kNumber = 11, kTensors = 2 };
  Tensor x;
  Tensor y;
};
static_assert(sizeof(Copy) == 160, "C++ and Metal agree on it");

struct CrossEntropy {
  enum : uint32_t { kNumber = 12, kTensors = 4 };
  Tensor logits;
  Tensor targets;
  Tensor loss;
  Tensor logSumExp;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropy) == 328, "C++ and Metal agree on it");

struct CrossEntropyGrad {
  enum : uint32_t { kNumber = 13, kTensors = 5 };
  Tensor logits;
  Tensor targets;
  Tensor logSumExp;
  Tensor upstream;
  Tensor dLogits;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropyGrad) == 408, "C++ and Metal agree on it");

struct Embedding {
  enum : uint32_t { kNumber = 14, kTensors = 3 };
  Tensor table;
  Tensor ids;
  Tensor y;
};
static_assert(sizeof(Embedding) == 240, "C++ and Metal agree on it");

struct Fill {
  enum : uint32_t { kNumber = 15, kTensors = 1 };
  enum Dtype : int32_t { kF32, kF16, kBf16, kI8, kU8, kI32 };
  Tensor y;
  float value;
  int32_t dtype;
  int32_t count;
};
static_assert(sizeof(Fill) == 96, "C++ and Metal agree on it");

struct Gather {
  enum : uint32_t { kNumber = 16, kTensors = 3 };
  Tensor x;
  Tensor index;
  Tensor y;
};
static_assert(sizeof(Gather) == 240, "C++ and Metal agree on it");

struct Iota {
  enum : uint32_t { kNumber = 17, kTensors = 1 };
  Tensor y;
  int32_t count;
};
static_assert(sizeof(Iota) == 88, "C++ and Metal agree on it");

struct LayerNorm {
  enum : uint32_t { kNumber = 18, kTensors = 7 };
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor expert;
  Tensor y;
  Tensor mean;
  Tensor invStd;
  float eps;
};
static_assert(sizeof(LayerNorm) == 568, "C++ and Metal agree on it");

struct LayerNormGrad {
  enum : uint32_t { kNumber = 19, kTensors = 9 };
  Tensor x;
  Tensor weight;
  Tensor expert;
  Tensor mean;
  Tensor invStd;
  Tensor upstream;
  Tensor dx;
  Tensor dWeight;
  Tensor dBias;
};
static_assert(sizeof(LayerNormGrad) == 720, "C++ and Metal agree on it");

struct Linear {
  enum : uint32_t { kNumber = 20, kTensors = 6 };
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  enum Compute : int32_t { kF32, kBf16 };
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor expert;
  Tensor y;
  Tensor pre;
  int32_t epilogue;
  int32_t compute;
};
static_assert(sizeof(Linear) == 488, "C++ and Metal agree on it");

struct LinearGradWeight {
  enum : uint32_t { kNumber = 21, kTensors = 5 };
  enum Compute : int32_t { kF32, kBf16 };
  Tensor x;
  Tensor upstream;
  Tensor expert;
  Tensor weight;
  Tensor bias;
  int32_t experts;
  int32_t compute;
};
static_assert(sizeof(LinearGradWeight) == 408, "C++ and Metal agree on it");

struct Matmul {
  enum : uint32_t { kNumber = 22, kTensors = 3 };
  enum Compute : int32_t { kF32, kBf16 };
  Tensor a;
  Tensor b;
  Tensor y;
  int32_t compute;
};
static_assert(sizeof(Matmul) == 248, "C++ and Metal agree on it");

struct NearestRows {
  enum : uint32_t { kNumber = 23, kTensors = 5 };
  Tensor queries;
  Tensor rows;
  Tensor scales;
  Tensor scores;
  Tensor indices;
  int32_t k;
};
static_assert(sizeof(NearestRows) == 408, "C++ and Metal agree on it");

struct PackWeight {
  enum : uint32_t { kNumber = 24, kTensors = 2 };
  Tensor weight;
  Tensor packed;
};
static_assert(sizeof(PackWeight) == 160, "C++ and Metal agree on it");

struct PackedLinear {
  enum : uint32_t { kNumber = 25, kTensors = 6 };
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  enum Compute : int32_t { kF32, kBf16 };
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor times;
  Tensor plus;
  Tensor y;
  int32_t out;
  int32_t epilogue;
  int32_t compute;
};
static_assert(sizeof(PackedLinear) == 496, "C++ and Metal agree on it");

struct Pad {
  enum : uint32_t { kNumber = 26, kTensors = 2 };
  Tensor x;
  Tensor y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 176, "C++ and Metal agree on it");

struct PutAlong {
  enum : uint32_t { kNumber = 27, kTensors = 3 };
  Tensor x;
  Tensor index;
  Tensor y;
  int32_t size;
};
static_assert(sizeof(PutAlong) == 248, "C++ and Metal agree on it");

struct QuantizedEmbedding {
  enum : uint32_t { kNumber = 28, kTensors = 4 };
  Tensor quants;
  Tensor scales;
  Tensor ids;
  Tensor y;
};
static_assert(sizeof(QuantizedEmbedding) == 320, "C++ and Metal agree on it");

struct QuantizedLinear {
  enum : uint32_t { kNumber = 29, kTensors = 7 };
  enum Epilogue : int32_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid, kSoftplus };
  Tensor x;
  Tensor quants;
  Tensor scales;
  Tensor bias;
  Tensor times;
  Tensor plus;
  Tensor y;
  int32_t out;
  int32_t epilogue;
};
static_assert(sizeof(QuantizedLinear) == 568, "C++ and Metal agree on it");

struct Random {
  enum : uint32_t { kNumber = 30, kTensors = 2 };
  enum Kind : int32_t { kUniform, kNormal };
  Tensor like;
  Tensor y;
  Scalar seed;
  int32_t kind;
  int32_t rows;
  int32_t cols;
  int32_t stream;
};
static_assert(sizeof(Random) == 192, "C++ and Metal agree on it");

struct Reduce {
  enum : uint32_t { kNumber = 31, kTensors = 2 };
  enum Fn : int32_t { kSum, kMean, kMax, kMin };
  Tensor x;
  Tensor y;
  int32_t fn;
  int32_t axes;
};
static_assert(sizeof(Reduce) == 168, "C++ and Metal agree on it");

struct RmsNorm {
  enum : uint32_t { kNumber = 32, kTensors = 5 };
  Tensor x;
  Tensor weight;
  Tensor expert;
  Tensor y;
  Tensor invRms;
  float eps;
};
static_assert(sizeof(RmsNorm) == 408, "C++ and Metal agree on it");

struct RmsNormGrad {
  enum : uint32_t { kNumber = 33, kTensors = 7 };
  Tensor x;
  Tensor weight;
  Tensor expert;
  Tensor invRms;
  Tensor upstream;
  Tensor dx;
  Tensor dWeight;
};
static_assert(sizeof(RmsNormGrad) == 560, "C++ and Metal agree on it");

struct Rope {
  enum : uint32_t { kNumber = 34, kTensors = 4 };
  Tensor x;
  Tensor positions;
  Tensor invFreq;
  Tensor y;
  int32_t interleaved;
  int32_t inverse;
};
static_assert(sizeof(Rope) == 328, "C++ and Metal agree on it");

struct ScatterAdd {
  enum : uint32_t { kNumber = 35, kTensors = 3 };
  Tensor x;
  Tensor index;
  Tensor y;
  int32_t size;
};
static_assert(sizeof(ScatterAdd) == 248, "C++ and Metal agree on it");

struct SegmentPool {
  enum : uint32_t { kNumber = 36, kTensors = 4 };
  enum Fn : int32_t { kSum, kMean, kLast, kMax };
  Tensor x;
  Tensor offsets;
  Tensor y;
  Tensor index;
  int32_t fn;
};
static_assert(sizeof(SegmentPool) == 328, "C++ and Metal agree on it");

struct SegmentSpread {
  enum : uint32_t { kNumber = 37, kTensors = 5 };
  enum Fn : int32_t { kCopy, kMean, kLast, kMax };
  Tensor x;
  Tensor offsets;
  Tensor like;
  Tensor index;
  Tensor y;
  int32_t fn;
};
static_assert(sizeof(SegmentSpread) == 408, "C++ and Metal agree on it");

struct Select {
  enum : uint32_t { kNumber = 38, kTensors = 4 };
  Tensor condition;
  Tensor a;
  Tensor b;
  Tensor y;
};
static_assert(sizeof(Select) == 320, "C++ and Metal agree on it");

struct Softmax {
  enum : uint32_t { kNumber = 39, kTensors = 2 };
  Tensor x;
  Tensor y;
  int32_t log;
};
static_assert(sizeof(Softmax) == 168, "C++ and Metal agree on it");

struct SoftmaxGrad {
  enum : uint32_t { kNumber = 40, kTensors = 3 };
  Tensor y;
  Tensor upstream;
  Tensor dx;
  int32_t log;
};
static_assert(sizeof(SoftmaxGrad) == 248, "C++ and Metal agree on it");

struct SsmScan {
  enum : uint32_t { kNumber = 41, kTensors = 14 };
  Tensor u;
  Tensor delta;
  Tensor aLog;
  Tensor b;
  Tensor c;
  Tensor skip;
  Tensor z;
  Tensor deltaBias;
  Tensor offsets;
  Tensor expert;
  Tensor state;
  Tensor y;
  Tensor stateOut;
  Tensor chunkStates;
  int32_t softplus;
};
static_assert(sizeof(SsmScan) == 1128, "C++ and Metal agree on it");

struct SsmScanGrad {
  enum : uint32_t { kNumber = 42, kTensors = 21 };
  Tensor u;
  Tensor delta;
  Tensor aLog;
  Tensor b;
  Tensor c;
  Tensor skip;
  Tensor z;
  Tensor deltaBias;
  Tensor offsets;
  Tensor expert;
  Tensor chunkStates;
  Tensor upstream;
  Tensor du;
  Tensor dDelta;
  Tensor dALog;
  Tensor dB;
  Tensor dC;
  Tensor dSkip;
  Tensor dZ;
  Tensor dDeltaBias;
  Tensor dState;
  int32_t softplus;
};
static_assert(sizeof(SsmScanGrad) == 1688, "C++ and Metal agree on it");

struct TakeAlong {
  enum : uint32_t { kNumber = 43, kTensors = 3 };
  Tensor x;
  Tensor index;
  Tensor y;
};
static_assert(sizeof(TakeAlong) == 240, "C++ and Metal agree on it");

struct TopK {
  enum : uint32_t { kNumber = 44, kTensors = 3 };
  Tensor x;
  Tensor values;
  Tensor indices;
  int32_t k;
};
static_assert(sizeof(TopK) == 248, "C++ and Metal agree on it");

struct Unary {
  enum : uint32_t { kNumber = 45, kTensors = 2 };
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  Tensor x;
  Tensor y;
  int32_t fn;
};
static_assert(sizeof(Unary) == 168, "C++ and Metal agree on it");

struct UnaryGrad {
  enum : uint32_t { kNumber = 46, kTensors = 3 };
  enum Fn : int32_t { kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kTanh, kSigmoid, kSilu, kGelu, kGeluTanh, kRelu, kSoftplus, kSin, kCos, kSquare, kErf, kSign, kFloor };
  Tensor x;
  Tensor upstream;
  Tensor y;
  int32_t fn;
};
static_assert(sizeof(UnaryGrad) == 248, "C++ and Metal agree on it");

}
