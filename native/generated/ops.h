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

struct Copy {
  static constexpr int kNumber = 4;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct Embedding {
  static constexpr int kNumber = 5;
  View table;
  View ids;
  View y;
};
static_assert(sizeof(Embedding) == 336 && std::is_standard_layout_v<Embedding>);

struct Gather {
  static constexpr int kNumber = 6;
  View x;
  View index;
  View y;
};
static_assert(sizeof(Gather) == 336 && std::is_standard_layout_v<Gather>);

struct Linear {
  static constexpr int kNumber = 7;
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
  static constexpr int kNumber = 8;
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
  static constexpr int kNumber = 9;
  enum Compute : int32_t { kF32, kBf16 };
  View a;
  View b;
  View y;
  int32_t compute;
};
static_assert(sizeof(Matmul) == 344 && std::is_standard_layout_v<Matmul>);

struct NearestRows {
  static constexpr int kNumber = 10;
  View queries;
  View rows;
  View scales;
  View scores;
  View indices;
  int32_t k;
};
static_assert(sizeof(NearestRows) == 568 && std::is_standard_layout_v<NearestRows>);

struct Pad {
  static constexpr int kNumber = 11;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

struct PutAlong {
  static constexpr int kNumber = 12;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(PutAlong) == 344 && std::is_standard_layout_v<PutAlong>);

struct ScatterAdd {
  static constexpr int kNumber = 13;
  View x;
  View index;
  View y;
  int32_t size;
};
static_assert(sizeof(ScatterAdd) == 344 && std::is_standard_layout_v<ScatterAdd>);

struct SegmentPool {
  static constexpr int kNumber = 14;
  enum Fn : int32_t { kSum, kMean, kLast, kMax };
  View x;
  View offsets;
  View y;
  View index;
  int32_t fn;
};
static_assert(sizeof(SegmentPool) == 456 && std::is_standard_layout_v<SegmentPool>);

struct SegmentSpread {
  static constexpr int kNumber = 15;
  enum Fn : int32_t { kCopy, kMean, kLast, kMax };
  View x;
  View offsets;
  View like;
  View index;
  View y;
  int32_t fn;
};
static_assert(sizeof(SegmentSpread) == 568 && std::is_standard_layout_v<SegmentSpread>);

struct SsmScan {
  static constexpr int kNumber = 16;
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
  static constexpr int kNumber = 17;
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
  static constexpr int kNumber = 18;
  View x;
  View index;
  View y;
};
static_assert(sizeof(TakeAlong) == 336 && std::is_standard_layout_v<TakeAlong>);

struct TopK {
  static constexpr int kNumber = 19;
  View x;
  View values;
  View indices;
  int32_t k;
};
static_assert(sizeof(TopK) == 344 && std::is_standard_layout_v<TopK>);

}  // namespace vmm::op
