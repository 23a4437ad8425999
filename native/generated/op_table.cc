// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#include "native/program/op_table.h"
#include "native/generated/ops.h"

namespace vmm {
namespace {
const TensorSpec kCopyTensors[] = {
    {"x", false, Layout::strided, -1, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
    {"y", false, Layout::contiguous, 0, -1, 63, 1, {{DimToken::kEllipsis, 0, 0}}},
};
const TensorSpec kMatmulTensors[] = {
    {"a", false, Layout::strided, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 1, 0}}},
    {"b", false, Layout::strided, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 1, 0}, {DimToken::kSymbol, 2, 0}}},
    {"y", false, Layout::contiguous, -1, -1, 1, 3, {{DimToken::kEllipsis, 0, 0}, {DimToken::kSymbol, 0, 0}, {DimToken::kSymbol, 2, 0}}},
};
const AttrSpec kMatmulAttrs[] = {
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
}  // namespace

extern const OpSpec kOps[] = {
    {"copy", ShapeRule::pattern, true, 1, 1, 0, 0, sizeof(op::Copy), kCopyTensors, nullptr},
    {"matmul", ShapeRule::pattern, true, 2, 1, 0, 1, sizeof(op::Matmul), kMatmulTensors, kMatmulAttrs},
    {"pad", ShapeRule::pad, true, 1, 1, 0, 3, sizeof(op::Pad), kPadTensors, kPadAttrs},
};
extern const int kOpCount = 3;
extern const uint32_t kOpTableHash = 0x52e6c5cdu;

}  // namespace vmm
