// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#include "native/program/op_table.h"
#include "native/generated/ops.h"

namespace vmm {
namespace {
const TensorSpec kBinaryTensors[] = {
    {"a", false, Layout::strided, -1, -1, 1, -1, {}},
    {"b", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
};
const AttrSpec kBinaryAttrs[] = {
    {"fn", AttrSpec::kEnum, 13},
};
const TensorSpec kCastTensors[] = {
    {"x", false, Layout::strided, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const AttrSpec kCastAttrs[] = {
    {"to", AttrSpec::kEnum, 6},
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
const TensorSpec kFillTensors[] = {
    {"y", false, Layout::contiguous, -1, -1, 63, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kFillAttrs[] = {
    {"value", AttrSpec::kFloat, 0},
    {"dtype", AttrSpec::kEnum, 6},
    {"count", AttrSpec::kInt, 0},
};
const TensorSpec kIotaTensors[] = {
    {"y", false, Layout::contiguous, -1, -1, 32, 1, {{DimToken::kSymbol, 0, 0}}},
};
const AttrSpec kIotaAttrs[] = {
    {"count", AttrSpec::kInt, 0},
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
const TensorSpec kSelectTensors[] = {
    {"condition", false, Layout::strided, -1, -1, 1, -1, {}},
    {"a", false, Layout::strided, -1, -1, 1, -1, {}},
    {"b", false, Layout::strided, -1, -1, 1, -1, {}},
    {"y", false, Layout::contiguous, -1, -1, 1, -1, {}},
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
    {"binary", ShapeRule::broadcast, true, 2, 1, 0, 1, sizeof(op::Binary), kBinaryTensors, kBinaryAttrs},
    {"cast", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Cast), kCastTensors, kCastAttrs},
    {"concat", ShapeRule::concat, true, 8, 1, 0, 1, sizeof(op::Concat), kConcatTensors, kConcatAttrs},
    {"copy", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::Copy), kCopyTensors, nullptr},
    {"fill", ShapeRule::pattern, true, 0, 1, 0, 3, sizeof(op::Fill), kFillTensors, kFillAttrs},
    {"iota", ShapeRule::pattern, true, 0, 1, 0, 1, sizeof(op::Iota), kIotaTensors, kIotaAttrs},
    {"pad", ShapeRule::pad, true, 1, 1, 0, 3, sizeof(op::Pad), kPadTensors, kPadAttrs},
    {"random", ShapeRule::pattern, true, 1, 1, 1, 4, sizeof(op::Random), kRandomTensors, kRandomAttrs},
    {"reduce", ShapeRule::reduce, true, 1, 1, 0, 2, sizeof(op::Reduce), kReduceTensors, kReduceAttrs},
    {"select", ShapeRule::broadcast, true, 3, 1, 0, 0, sizeof(op::Select), kSelectTensors, nullptr},
    {"unary", ShapeRule::pattern, true, 1, 1, 0, 1, sizeof(op::Unary), kUnaryTensors, kUnaryAttrs},
    {"unary_grad", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::UnaryGrad), kUnaryGradTensors, kUnaryGradAttrs},
};
extern const int kOpCount = 12;
extern const uint32_t kOpTableHash = 0x55f74292u;

}  // namespace vmm
