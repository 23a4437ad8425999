// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#include "native/program/op_table.h"
#include "native/generated/ops.h"

namespace vmm {
namespace {
const TensorSpec kAdamwTensors[] = {
    {"param", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"grad", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"m", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"v", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"gradScale", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kLiteral, 0, 1}}},
    {"paramOut", false, Layout::contiguous, -1, 0, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"mOut", false, Layout::contiguous, -1, 2, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"vOut", false, Layout::contiguous, -1, 3, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const AttrSpec kAdamwAttrs[] = {
    {"beta1", AttrSpec::kFloat, 0},
    {"beta2", AttrSpec::kFloat, 0},
    {"eps", AttrSpec::kFloat, 0},
    {"weightDecay", AttrSpec::kFloat, 0},
};
const TensorSpec kAssignClustersTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"centroids", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"distance", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 0, 0}}},
};
const TensorSpec kAttentionTensors[] = {
    {"q", false, Layout::rows, -1, -1, 1, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"k", false, Layout::rows, -1, -1, 7, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 2, 0}}},
    {"v", false, Layout::rows, -1, -1, 7, 3, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 5, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 6, 1}}},
    {"kvRange", true, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 6, 0}, {DimToken::kLiteral, 0, 2}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 7, 0}}},
    {"keyIndex", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 8, 0}}},
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
const TensorSpec kBinaryTensors[] = {
    {"a", false, Layout::strided, -1, -1, 1, -1, {}},
    {"b", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
};
const AttrSpec kBinaryAttrs[] = {
    {"fn", AttrSpec::kEnum, 13},
};
const TensorSpec kCacheAppendTensors[] = {
    {"cache", false, Layout::contiguous, -1, -1, 7, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 2, 0}}},
    {"slot", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 3, 0}}},
    {"position", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 3, 0}}},
    {"cacheOut", false, Layout::contiguous, 0, 0, 63, 3, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
};
const TensorSpec kCastTensors[] = {
    {"x", false, Layout::strided, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const AttrSpec kCastAttrs[] = {
    {"to", AttrSpec::kEnum, 6},
};
const TensorSpec kCausalConv1dTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 1}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 0}}},
    {"state", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, -1}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"stateOut", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, -1}}},
};
const AttrSpec kCausalConv1dAttrs[] = {
    {"activation", AttrSpec::kEnum, 2},
};
const TensorSpec kCausalConv1dGradTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 1}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 0}}},
    {"state", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, -1}}},
    {"upstream", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dx", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dWeight", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"dBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dState", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, -1}}},
};
const AttrSpec kCausalConv1dGradAttrs[] = {
    {"activation", AttrSpec::kEnum, 2},
};
const TensorSpec kChainTensors[] = {
    {"x", false, Layout::strided, -1, -1, 1, -1, {}},
    {"with1", true, Layout::strided, -1, -1, 1, -1, {}},
    {"with2", true, Layout::strided, -1, -1, 1, -1, {}},
    {"with3", true, Layout::strided, -1, -1, 1, -1, {}},
    {"with4", true, Layout::strided, -1, -1, 1, -1, {}},
    {"with5", true, Layout::strided, -1, -1, 1, -1, {}},
    {"with6", true, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
};
const AttrSpec kChainAttrs[] = {
    {"fn1", AttrSpec::kEnum, 39},
    {"fn2", AttrSpec::kEnum, 39},
    {"fn3", AttrSpec::kEnum, 39},
    {"fn4", AttrSpec::kEnum, 39},
    {"fn5", AttrSpec::kEnum, 39},
    {"fn6", AttrSpec::kEnum, 39},
};
const TensorSpec kConcatTensors[] = {
    {"x0", false, Layout::strided, -1, -1, 63, -1, {}},
    {"x1", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x2", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x3", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x4", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x5", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x6", true, Layout::strided, -1, -1, 63, -1, {}},
    {"x7", true, Layout::strided, -1, -1, 63, -1, {}},
    {"y", false, Layout::contiguous, 0, -1, 63, -1, {}},
};
const AttrSpec kConcatAttrs[] = {
    {"axis", AttrSpec::kInt, 0},
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
const TensorSpec kEmbeddingTensors[] = {
    {"table", false, Layout::rows, -1, -1, 7, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"ids", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kFillTensors[] = {
    {"y", false, Layout::contiguous, -1, -1, 63, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kFillAttrs[] = {
    {"value", AttrSpec::kFloat, 0},
    {"dtype", AttrSpec::kEnum, 6},
    {"count", AttrSpec::kInt, 0},
};
const TensorSpec kGatherTensors[] = {
    {"x", false, Layout::rows, -1, -1, 63, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, 0, -1, 63, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kIotaTensors[] = {
    {"y", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kIotaAttrs[] = {
    {"count", AttrSpec::kInt, 0},
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
const TensorSpec kLinearTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::strided, -1, -1, 7, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 1, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 7, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 3, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"pre", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
};
const AttrSpec kLinearAttrs[] = {
    {"epilogue", AttrSpec::kEnum, 8},
    {"compute", AttrSpec::kEnum, 2},
};
const TensorSpec kLinearGradWeightTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"upstream", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 3, 0}, {DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 3, 0}, {DimToken::kSymbol, 2, 0}}},
};
const AttrSpec kLinearGradWeightAttrs[] = {
    {"experts", AttrSpec::kInt, 0},
    {"compute", AttrSpec::kEnum, 2},
};
const TensorSpec kMatmulTensors[] = {
    {"a", false, Layout::strided, -1, -1, 7, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"b", false, Layout::strided, -1, -1, 7, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
};
const AttrSpec kMatmulAttrs[] = {
    {"compute", AttrSpec::kEnum, 2},
};
const TensorSpec kNearestRowsTensors[] = {
    {"queries", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"rows", false, Layout::rows, -1, -1, 15, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"scales", true, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kSymbol, 2, 0}}},
    {"scores", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"indices", false, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
};
const AttrSpec kNearestRowsAttrs[] = {
    {"k", AttrSpec::kInt, 0},
};
const TensorSpec kPackWeightTensors[] = {
    {"weight", false, Layout::strided, -1, -1, 7, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"packed", false, Layout::contiguous, 0, -1, 63, 3, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}}},
};
const TensorSpec kPackedLinearTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"weight", false, Layout::contiguous, -1, -1, 7, 3, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 7, 1, {{DimToken::kSymbol, 5, 0}}},
    {"times", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 5, 0}}},
    {"plus", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 5, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 5, 0}}},
};
const AttrSpec kPackedLinearAttrs[] = {
    {"out", AttrSpec::kInt, 0},
    {"epilogue", AttrSpec::kEnum, 8},
    {"compute", AttrSpec::kEnum, 2},
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
const TensorSpec kPutAlongTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
};
const AttrSpec kPutAlongAttrs[] = {
    {"size", AttrSpec::kInt, 0},
};
const TensorSpec kQuantizedEmbeddingTensors[] = {
    {"quants", false, Layout::contiguous, -1, -1, 8, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"scales", false, Layout::contiguous, -1, -1, 2, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
    {"ids", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 3, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kQuantizedLinearTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"quants", false, Layout::contiguous, -1, -1, 24, 3, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 4, 0}}},
    {"scales", false, Layout::contiguous, -1, -1, 2, 3, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 5, 0}, {DimToken::kSymbol, 6, 0}}},
    {"bias", true, Layout::contiguous, -1, -1, 7, 1, {{DimToken::kSymbol, 7, 0}}},
    {"times", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 7, 0}}},
    {"plus", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 7, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 7, 0}}},
};
const AttrSpec kQuantizedLinearAttrs[] = {
    {"out", AttrSpec::kInt, 0},
    {"epilogue", AttrSpec::kEnum, 8},
};
const TensorSpec kRandomTensors[] = {
    {"like", true, Layout::strided, -1, -1, 63, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kRandomAttrs[] = {
    {"kind", AttrSpec::kEnum, 2},
    {"rows", AttrSpec::kInt, 0},
    {"cols", AttrSpec::kInt, 0},
    {"stream", AttrSpec::kInt, 0},
};
const TensorSpec kReduceTensors[] = {
    {"x", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
};
const AttrSpec kReduceAttrs[] = {
    {"fn", AttrSpec::kEnum, 4},
    {"axes", AttrSpec::kInt, 0},
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
const TensorSpec kScatterAddTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kScatterAddAttrs[] = {
    {"size", AttrSpec::kInt, 0},
};
const TensorSpec kSegmentPoolTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 2, 1}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", true, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kSegmentPoolAttrs[] = {
    {"fn", AttrSpec::kEnum, 4},
};
const TensorSpec kSegmentSpreadTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 1}}},
    {"like", false, Layout::strided, -1, -1, 63, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 3, 0}}},
    {"index", true, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kSegmentSpreadAttrs[] = {
    {"fn", AttrSpec::kEnum, 4},
};
const TensorSpec kSelectTensors[] = {
    {"condition", false, Layout::strided, -1, -1, 1, -1, {}},
    {"a", false, Layout::strided, -1, -1, 1, -1, {}},
    {"b", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
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
const TensorSpec kSsmScanTensors[] = {
    {"u", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"delta", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"aLog", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"b", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"c", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"skip", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"z", true, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"deltaBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 1}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 0}}},
    {"state", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"stateOut", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"chunkStates", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 5, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kSsmScanAttrs[] = {
    {"softplus", AttrSpec::kBool, 0},
};
const TensorSpec kSsmScanGradTensors[] = {
    {"u", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"delta", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"aLog", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"b", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"c", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"skip", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"z", true, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"deltaBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"offsets", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 1}}},
    {"expert", true, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 4, 0}}},
    {"chunkStates", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 5, 0}, {DimToken::kSymbol, 3, 0}, {DimToken::kSymbol, 1, 0}}},
    {"upstream", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"du", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dDelta", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dALog", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
    {"dB", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"dC", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 3, 0}}},
    {"dSkip", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dZ", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dDeltaBias", true, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kOptional, 2, 0}, {DimToken::kSymbol, 1, 0}}},
    {"dState", true, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kSymbol, 4, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 3, 0}}},
};
const AttrSpec kSsmScanGradAttrs[] = {
    {"softplus", AttrSpec::kBool, 0},
};
const TensorSpec kTakeAlongTensors[] = {
    {"x", false, Layout::rows, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
};
const TensorSpec kTopKTensors[] = {
    {"x", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}}},
    {"values", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"indices", false, Layout::contiguous, -1, -1, 32, 2, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 1, 0}}},
};
const AttrSpec kTopKAttrs[] = {
    {"k", AttrSpec::kInt, 0},
};
const TensorSpec kUnaryTensors[] = {
    {"x", false, Layout::strided, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const AttrSpec kUnaryAttrs[] = {
    {"fn", AttrSpec::kEnum, 20},
};
const TensorSpec kUnaryGradTensors[] = {
    {"x", false, Layout::strided, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"upstream", false, Layout::strided, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const AttrSpec kUnaryGradAttrs[] = {
    {"fn", AttrSpec::kEnum, 20},
};
}  // namespace

extern const OpSpec kOps[] = {
    {"adamw", ShapeRule::pattern, false, 5, 3, 2, 4, sizeof(op::Adamw), kAdamwTensors, kAdamwAttrs},
    {"assign_clusters", ShapeRule::pattern, true, 2, 2, 0, 0, sizeof(op::AssignClusters), kAssignClustersTensors, nullptr},
    {"attention", ShapeRule::pattern, true, 7, 2, 0, 2, sizeof(op::Attention), kAttentionTensors, kAttentionAttrs},
    {"attention_grad", ShapeRule::pattern, true, 9, 4, 0, 2, sizeof(op::AttentionGrad), kAttentionGradTensors, kAttentionGradAttrs},
    {"binary", ShapeRule::broadcast, true, 2, 1, 0, 1, sizeof(op::Binary), kBinaryTensors, kBinaryAttrs},
    {"cache_append", ShapeRule::pattern, true, 4, 1, 0, 0, sizeof(op::CacheAppend), kCacheAppendTensors, nullptr},
    {"cast", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Cast), kCastTensors, kCastAttrs},
    {"causal_conv1d", ShapeRule::pattern, true, 6, 2, 0, 1, sizeof(op::CausalConv1d), kCausalConv1dTensors, kCausalConv1dAttrs},
    {"causal_conv1d_grad", ShapeRule::pattern, true, 7, 4, 0, 1, sizeof(op::CausalConv1dGrad), kCausalConv1dGradTensors, kCausalConv1dGradAttrs},
    {"chain", ShapeRule::broadcast, true, 7, 1, 0, 6, sizeof(op::Chain), kChainTensors, kChainAttrs},
    {"concat", ShapeRule::concat, true, 8, 1, 0, 1, sizeof(op::Concat), kConcatTensors, kConcatAttrs},
    {"copy", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::Copy), kCopyTensors, nullptr},
    {"cross_entropy", ShapeRule::pattern, true, 2, 2, 0, 2, sizeof(op::CrossEntropy), kCrossEntropyTensors, kCrossEntropyAttrs},
    {"cross_entropy_grad", ShapeRule::pattern, true, 4, 1, 0, 2, sizeof(op::CrossEntropyGrad), kCrossEntropyGradTensors, kCrossEntropyGradAttrs},
    {"embedding", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::Embedding), kEmbeddingTensors, nullptr},
    {"fill", ShapeRule::pattern, true, 0, 1, 0, 3, sizeof(op::Fill), kFillTensors, kFillAttrs},
    {"gather", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::Gather), kGatherTensors, nullptr},
    {"iota", ShapeRule::pattern, true, 0, 1, 0, 1, sizeof(op::Iota), kIotaTensors, kIotaAttrs},
    {"layer_norm", ShapeRule::pattern, true, 4, 3, 0, 1, sizeof(op::LayerNorm), kLayerNormTensors, kLayerNormAttrs},
    {"layer_norm_grad", ShapeRule::pattern, true, 6, 3, 0, 0, sizeof(op::LayerNormGrad), kLayerNormGradTensors, nullptr},
    {"linear", ShapeRule::pattern, true, 4, 2, 0, 2, sizeof(op::Linear), kLinearTensors, kLinearAttrs},
    {"linear_grad_weight", ShapeRule::pattern, true, 3, 2, 0, 2, sizeof(op::LinearGradWeight), kLinearGradWeightTensors, kLinearGradWeightAttrs},
    {"matmul", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::Matmul), kMatmulTensors, kMatmulAttrs},
    {"nearest_rows", ShapeRule::pattern, true, 3, 2, 0, 1, sizeof(op::NearestRows), kNearestRowsTensors, kNearestRowsAttrs},
    {"pack_weight", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::PackWeight), kPackWeightTensors, nullptr},
    {"packed_linear", ShapeRule::pattern, true, 5, 1, 0, 3, sizeof(op::PackedLinear), kPackedLinearTensors, kPackedLinearAttrs},
    {"pad", ShapeRule::pad, true, 1, 1, 0, 3, sizeof(op::Pad), kPadTensors, kPadAttrs},
    {"put_along", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::PutAlong), kPutAlongTensors, kPutAlongAttrs},
    {"quantized_embedding", ShapeRule::pattern, true, 3, 1, 0, 0, sizeof(op::QuantizedEmbedding), kQuantizedEmbeddingTensors, nullptr},
    {"quantized_linear", ShapeRule::pattern, true, 6, 1, 0, 2, sizeof(op::QuantizedLinear), kQuantizedLinearTensors, kQuantizedLinearAttrs},
    {"random", ShapeRule::pattern, true, 1, 1, 1, 4, sizeof(op::Random), kRandomTensors, kRandomAttrs},
    {"reduce", ShapeRule::reduce, true, 1, 1, 0, 2, sizeof(op::Reduce), kReduceTensors, kReduceAttrs},
    {"rms_norm", ShapeRule::pattern, true, 3, 2, 0, 1, sizeof(op::RmsNorm), kRmsNormTensors, kRmsNormAttrs},
    {"rms_norm_grad", ShapeRule::pattern, true, 5, 2, 0, 0, sizeof(op::RmsNormGrad), kRmsNormGradTensors, nullptr},
    {"rope", ShapeRule::pattern, true, 3, 1, 0, 2, sizeof(op::Rope), kRopeTensors, kRopeAttrs},
    {"scatter_add", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::ScatterAdd), kScatterAddTensors, kScatterAddAttrs},
    {"segment_pool", ShapeRule::pattern, true, 2, 2, 0, 1, sizeof(op::SegmentPool), kSegmentPoolTensors, kSegmentPoolAttrs},
    {"segment_spread", ShapeRule::pattern, true, 4, 1, 0, 1, sizeof(op::SegmentSpread), kSegmentSpreadTensors, kSegmentSpreadAttrs},
    {"select", ShapeRule::broadcast, true, 3, 1, 0, 0, sizeof(op::Select), kSelectTensors, nullptr},
    {"softmax", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Softmax), kSoftmaxTensors, kSoftmaxAttrs},
    {"softmax_grad", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::SoftmaxGrad), kSoftmaxGradTensors, kSoftmaxGradAttrs},
    {"ssm_scan", ShapeRule::pattern, true, 11, 3, 0, 1, sizeof(op::SsmScan), kSsmScanTensors, kSsmScanAttrs},
    {"ssm_scan_grad", ShapeRule::pattern, true, 12, 9, 0, 1, sizeof(op::SsmScanGrad), kSsmScanGradTensors, kSsmScanGradAttrs},
    {"take_along", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::TakeAlong), kTakeAlongTensors, nullptr},
    {"top_k", ShapeRule::pattern, true, 1, 2, 0, 1, sizeof(op::TopK), kTopKTensors, kTopKAttrs},
    {"unary", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Unary), kUnaryTensors, kUnaryAttrs},
    {"unary_grad", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::UnaryGrad), kUnaryGradTensors, kUnaryGradAttrs},
};
extern const int kOpCount = 47;
extern const uint32_t kOpTableHash = 0xf97f20dbu;

}  // namespace vmm
