// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include "native/cpu/kernel.h"

namespace vmm::op {

struct Attention {
  static constexpr int kNumber = 0;
  View q;
  View k;
  View v;
  View offsets;
  View kvRange;
  View bias;
  View y;
  View lse;
  int32_t causal;
  float scale;
};
static_assert(sizeof(Attention) == 904 && std::is_standard_layout_v<Attention>);

struct AttentionGrad {
  static constexpr int kNumber = 1;
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

struct CacheAppend {
  static constexpr int kNumber = 2;
  View cache;
  View x;
  View slot;
  View position;
  View cacheOut;
};
static_assert(sizeof(CacheAppend) == 560 && std::is_standard_layout_v<CacheAppend>);

struct Copy {
  static constexpr int kNumber = 3;
  View x;
  View y;
};
static_assert(sizeof(Copy) == 224 && std::is_standard_layout_v<Copy>);

struct CrossEntropy {
  static constexpr int kNumber = 4;
  View logits;
  View targets;
  View loss;
  View logSumExp;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropy) == 456 && std::is_standard_layout_v<CrossEntropy>);

struct CrossEntropyGrad {
  static constexpr int kNumber = 5;
  View logits;
  View targets;
  View logSumExp;
  View upstream;
  View dLogits;
  int32_t ignoreIndex;
  float labelSmoothing;
};
static_assert(sizeof(CrossEntropyGrad) == 568 && std::is_standard_layout_v<CrossEntropyGrad>);

struct LayerNorm {
  static constexpr int kNumber = 6;
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
  static constexpr int kNumber = 7;
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

struct Pad {
  static constexpr int kNumber = 8;
  View x;
  View y;
  int32_t axis;
  int32_t before;
  int32_t after;
};
static_assert(sizeof(Pad) == 240 && std::is_standard_layout_v<Pad>);

struct RmsNorm {
  static constexpr int kNumber = 9;
  View x;
  View weight;
  View expert;
  View y;
  View invRms;
  float eps;
};
static_assert(sizeof(RmsNorm) == 568 && std::is_standard_layout_v<RmsNorm>);

struct RmsNormGrad {
  static constexpr int kNumber = 10;
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
  static constexpr int kNumber = 11;
  View x;
  View positions;
  View invFreq;
  View y;
  int32_t interleaved;
  int32_t inverse;
};
static_assert(sizeof(Rope) == 456 && std::is_standard_layout_v<Rope>);

struct Softmax {
  static constexpr int kNumber = 12;
  View x;
  View y;
  int32_t log;
};
static_assert(sizeof(Softmax) == 232 && std::is_standard_layout_v<Softmax>);

struct SoftmaxGrad {
  static constexpr int kNumber = 13;
  View y;
  View upstream;
  View dx;
  int32_t log;
};
static_assert(sizeof(SoftmaxGrad) == 344 && std::is_standard_layout_v<SoftmaxGrad>);

}  // namespace vmm::op
