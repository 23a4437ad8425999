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
const TensorSpec kCopyTensors[] = {
    {"x", false, Layout::strided, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, 0, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const TensorSpec kEmbeddingTensors[] = {
    {"table", false, Layout::rows, -1, -1, 7, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"ids", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
};
const TensorSpec kGatherTensors[] = {
    {"x", false, Layout::rows, -1, -1, 63, 2, {{DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"index", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, 0, -1, 63, 2, {{DimToken::kSymbol, 2, 0}, {DimToken::kSymbol, 1, 0}}},
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
    {"a", false, Layout::strided, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"b", false, Layout::strided, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
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
}  // namespace

extern const OpSpec kOps[] = {
    {"adamw", ShapeRule::pattern, false, 5, 3, 2, 4, sizeof(op::Adamw), kAdamwTensors, kAdamwAttrs},
    {"assign_clusters", ShapeRule::pattern, true, 2, 2, 0, 0, sizeof(op::AssignClusters), kAssignClustersTensors, nullptr},
    {"causal_conv1d", ShapeRule::pattern, true, 6, 2, 0, 1, sizeof(op::CausalConv1d), kCausalConv1dTensors, kCausalConv1dAttrs},
    {"causal_conv1d_grad", ShapeRule::pattern, true, 7, 4, 0, 1, sizeof(op::CausalConv1dGrad), kCausalConv1dGradTensors, kCausalConv1dGradAttrs},
    {"copy", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::Copy), kCopyTensors, nullptr},
    {"embedding", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::Embedding), kEmbeddingTensors, nullptr},
    {"gather", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::Gather), kGatherTensors, nullptr},
    {"linear", ShapeRule::pattern, true, 4, 2, 0, 2, sizeof(op::Linear), kLinearTensors, kLinearAttrs},
    {"linear_grad_weight", ShapeRule::pattern, true, 3, 2, 0, 2, sizeof(op::LinearGradWeight), kLinearGradWeightTensors, kLinearGradWeightAttrs},
    {"matmul", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::Matmul), kMatmulTensors, kMatmulAttrs},
    {"nearest_rows", ShapeRule::pattern, true, 3, 2, 0, 1, sizeof(op::NearestRows), kNearestRowsTensors, kNearestRowsAttrs},
    {"pad", ShapeRule::pad, true, 1, 1, 0, 3, sizeof(op::Pad), kPadTensors, kPadAttrs},
    {"put_along", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::PutAlong), kPutAlongTensors, kPutAlongAttrs},
    {"scatter_add", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::ScatterAdd), kScatterAddTensors, kScatterAddAttrs},
    {"segment_pool", ShapeRule::pattern, true, 2, 2, 0, 1, sizeof(op::SegmentPool), kSegmentPoolTensors, kSegmentPoolAttrs},
    {"segment_spread", ShapeRule::pattern, true, 4, 1, 0, 1, sizeof(op::SegmentSpread), kSegmentSpreadTensors, kSegmentSpreadAttrs},
    {"ssm_scan", ShapeRule::pattern, true, 11, 3, 0, 1, sizeof(op::SsmScan), kSsmScanTensors, kSsmScanAttrs},
    {"ssm_scan_grad", ShapeRule::pattern, true, 12, 9, 0, 1, sizeof(op::SsmScanGrad), kSsmScanGradTensors, kSsmScanGradAttrs},
    {"take_along", ShapeRule::pattern, true, 2, 1, 0, 0, sizeof(op::TakeAlong), kTakeAlongTensors, nullptr},
    {"top_k", ShapeRule::pattern, true, 1, 2, 0, 1, sizeof(op::TopK), kTopKTensors, kTopKAttrs},
};
extern const int kOpCount = 20;
extern const uint32_t kOpTableHash = 0x6696bbbcu;

}  // namespace vmm
