// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#include "native/program/op_table.h"
#include "native/generated/ops.h"

namespace vmm {
namespace {
const TensorSpec kAttentionTensors[] = {
    {"q", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"k", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 2, 0}}},
    {"v", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 5, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 6, 1}}},
    {"kvRange", true, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 6, 0}, {DimToken::kLiteral, 0, 2}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 7, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 5, 0}}},
    {"lse", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kAttentionAttrs[] = {
    {"causal", AttrSpec::kBool, 0},
    {"scale", AttrSpec::kFloat, 0},
};
const TensorSpec kAttentionGradTensors[] = {
    {"q", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"k", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 2, 0}}},
    {"v", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 5, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 6, 1}}},
    {"kvRange", true, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 6, 0}, {DimToken::kLiteral, 0, 2}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 7, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 5, 0}}},
    {"lse", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"upstream", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 5, 0}}},
    {"dq", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"dk", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 2, 0}}},
    {"dv", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 5, 0}}},
    {"dBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 7, 0}}},
};
const AttrSpec kAttentionGradAttrs[] = {
    {"causal", AttrSpec::kBool, 0},
    {"scale", AttrSpec::kFloat, 0},
};
const TensorSpec kCacheAppendTensors[] = {
    {"cache", false, Layout::contiguous, -1, -1, 7, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 2, 0}}},
    {"slot", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 3, 0}}},
    {"position", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 3, 0}}},
    {"cacheOut", false, Layout::contiguous, 0, 0, 63, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
};
const TensorSpec kCopyTensors[] = {
    {"x", false, Layout::strided, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, 0, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const TensorSpec kCrossEntropyTensors[] = {
    {"logits", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"targets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"loss", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"logSumExp", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kCrossEntropyAttrs[] = {
    {"ignoreIndex", AttrSpec::kInt, 0},
    {"labelSmoothing", AttrSpec::kFloat, 0},
};
const TensorSpec kCrossEntropyGradTensors[] = {
    {"logits", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"targets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"logSumExp", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"upstream", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"dLogits", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kCrossEntropyGradAttrs[] = {
    {"ignoreIndex", AttrSpec::kInt, 0},
    {"labelSmoothing", AttrSpec::kFloat, 0},
};
const TensorSpec kLayerNormTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"mean", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"invStd", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kLayerNormAttrs[] = {
    {"eps", AttrSpec::kFloat, 0},
};
const TensorSpec kLayerNormGradTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"mean", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"invStd", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"upstream", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dx", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dWeight", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kPadTensors[] = {
    {"x", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
};
const AttrSpec kPadAttrs[] = {
    {"axis", AttrSpec::kInt, 0},
    {"before", AttrSpec::kInt, 0},
    {"after", AttrSpec::kInt, 0},
};
const TensorSpec kRmsNormTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"invRms", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kRmsNormAttrs[] = {
    {"eps", AttrSpec::kFloat, 0},
};
const TensorSpec kRmsNormGradTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"invRms", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
    {"upstream", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dx", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dWeight", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kRopeTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"positions", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"invFreq", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 3, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
};
const AttrSpec kRopeAttrs[] = {
    {"interleaved", AttrSpec::kBool, 0},
    {"inverse", AttrSpec::kBool, 0},
};
const TensorSpec kSoftmaxTensors[] = {
    {"x", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kSoftmaxAttrs[] = {
    {"log", AttrSpec::kBool, 0},
};
const TensorSpec kSoftmaxGradTensors[] = {
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
    {"upstream", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
    {"dx", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kSoftmaxGradAttrs[] = {
    {"log", AttrSpec::kBool, 0},
};
}  // namespace

extern const OpSpec kOps[] = {
    {"attention", ShapeRule::pattern, true, 6, 2, 0, 2, sizeof(op::Attention), kAttentionTensors, kAttentionAttrs},
    {"attention_grad", ShapeRule::pattern, true, 9, 4, 0, 2, sizeof(op::AttentionGrad), kAttentionGradTensors, kAttentionGradAttrs},
    {"cache_append", ShapeRule::pattern, true, 4, 1, 0, 0, sizeof(op::CacheAppend), kCacheAppendTensors, nullptr},
    {"copy", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::Copy), kCopyTensors, nullptr},
    {"cross_entropy", ShapeRule::pattern, true, 2, 2, 0, 2, sizeof(op::CrossEntropy), kCrossEntropyTensors, kCrossEntropyAttrs},
    {"cross_entropy_grad", ShapeRule::pattern, true, 4, 1, 0, 2, sizeof(op::CrossEntropyGrad), kCrossEntropyGradTensors, kCrossEntropyGradAttrs},
    {"layer_norm", ShapeRule::pattern, true, 4, 3, 0, 1, sizeof(op::LayerNorm), kLayerNormTensors, kLayerNormAttrs},
    {"layer_norm_grad", ShapeRule::pattern, true, 6, 3, 0, 0, sizeof(op::LayerNormGrad), kLayerNormGradTensors, nullptr},
    {"pad", ShapeRule::pad, true, 1, 1, 0, 3, sizeof(op::Pad), kPadTensors, kPadAttrs},
    {"rms_norm", ShapeRule::pattern, true, 3, 2, 0, 1, sizeof(op::RmsNorm), kRmsNormTensors, kRmsNormAttrs},
    {"rms_norm_grad", ShapeRule::pattern, true, 5, 2, 0, 0, sizeof(op::RmsNormGrad), kRmsNormGradTensors, nullptr},
    {"rope", ShapeRule::pattern, true, 3, 1, 0, 2, sizeof(op::Rope), kRopeTensors, kRopeAttrs},
    {"softmax", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Softmax), kSoftmaxTensors, kSoftmaxAttrs},
    {"softmax_grad", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::SoftmaxGrad), kSoftmaxGradTensors, kSoftmaxGradAttrs},
};
extern const int kOpCount = 14;
extern const uint32_t kOpTableHash = 0xd21c646cu;

}  // namespace vmm
