// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include <cstdint>

namespace vmm::metal::sizes {

struct Adamw {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kSteps = 4;
};

struct AssignClusters {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kDepth = 16;
  static constexpr uint32_t kSide = 16;
};

struct Attention {
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kRows = 32;
  static constexpr uint32_t kFewRows = 8;
  static constexpr uint32_t kCols = 64;
  static constexpr uint32_t kMostCols = 128;
  static constexpr uint32_t kPart = 128;
  static constexpr uint32_t kOctave = 8;
  static constexpr uint32_t kKeys = 32;
  static constexpr uint32_t kDepth = 32;
  static constexpr uint32_t kOwn = 16;
};

struct AttentionGrad {
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kRows = 32;
  static constexpr uint32_t kCols = 64;
  static constexpr uint32_t kMostCols = 128;
  static constexpr uint32_t kDepth = 32;
};

struct Binary {
  static constexpr uint32_t kThreads = 256;
};

struct CacheAppend {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kCols = 512;
  static constexpr uint32_t kPositionFault = 1073741824;
};

struct Cast {
  static constexpr uint32_t kThreads = 256;
};

struct CausalConv1d {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kChannels = 64;
  static constexpr uint32_t kStrips = 4;
  static constexpr uint32_t kSteps = 16;
  static constexpr uint32_t kFewSteps = 4;
  static constexpr uint32_t kFewRows = 64;
};

struct CausalConv1dGrad {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kChannels = 64;
  static constexpr uint32_t kChunks = 4;
  static constexpr uint32_t kRows = 64;
};

struct Chain {
  static constexpr uint32_t kThreads = 256;
};

struct Concat {
  static constexpr uint32_t kThreads = 256;
};

struct Copy {
  static constexpr uint32_t kThreads = 256;
};

struct CrossEntropy {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kAtOnce = 4;
};

struct CrossEntropyGrad {
  static constexpr uint32_t kThreads = 256;
};

struct Embedding {
  static constexpr uint32_t kThreads = 256;
};

struct Fill {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kElements = 1024;
};

struct Gather {
  static constexpr uint32_t kThreads = 256;
};

struct Iota {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kElements = 1024;
};

struct LayerNorm {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 16;
};

struct LayerNormGrad {
  static constexpr uint32_t kThreads = 256;
};

struct Linear {
};

struct LinearGradWeight {
  static constexpr uint32_t kBiasThreads = 256;
  static constexpr uint32_t kBiasCols = 32;
};

struct Matmul {
};

struct NearestRows {
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kQueries = 32;
  static constexpr uint32_t kFewQueries = 8;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kList = 128;
  static constexpr uint32_t kWays = 16;
  static constexpr uint32_t kDepth = 32;
};

struct PackWeight {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kInputs = 64;
  static constexpr uint32_t kPanel = 32;
};

struct PackedLinear {
  static constexpr uint32_t kPanel = 32;
};

struct Pad {
  static constexpr uint32_t kThreads = 256;
};

struct PutAlong {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kCols = 512;
};

struct QuantizedEmbedding {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kBlock = 32;
};

struct QuantizedLinear {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kBlock = 32;
  static constexpr uint32_t kPanel = 32;
};

struct Random {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kWords = 4;
};

struct Reduce {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kAcross = 64;
  static constexpr uint32_t kAcrossPiece = 256;
  static constexpr uint32_t kAlongPiece = 16384;
};

struct RmsNorm {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 16;
};

struct RmsNormGrad {
  static constexpr uint32_t kThreads = 256;
};

struct Rope {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kAcross = 32;
  static constexpr uint32_t kHeads = 4;
};

struct ScatterAdd {
};

struct SegmentPool {
};

struct SegmentSpread {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kCols = 128;
  static constexpr uint32_t kRows = 16;
  static constexpr uint32_t kIndexFault = 1073741824;
};

struct Select {
  static constexpr uint32_t kThreads = 256;
};

struct Softmax {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 16;
};

struct SoftmaxGrad {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 8;
};

struct SsmScan {
  static constexpr uint32_t kThreads = 512;
  static constexpr uint32_t kChannels = 64;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kStates = 16;
  static constexpr uint32_t kTogether = 8;
};

struct SsmScanGrad {
  static constexpr uint32_t kThreads = 512;
  static constexpr uint32_t kChannels = 64;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kSumThreads = 256;
  static constexpr uint32_t kStates = 16;
  static constexpr uint32_t kBatch = 2;
};

struct TakeAlong {
  static constexpr uint32_t kThreads = 256;
};

struct TopK {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kShortRow = 512;
  static constexpr uint32_t kFew = 32;
  static constexpr uint32_t kSorted = 2048;
  static constexpr uint32_t kPiece = 8192;
  static constexpr uint32_t kMostPieces = 64;
  static constexpr uint32_t kFewOfPiece = 128;
  static constexpr uint32_t kDigit = 11;
};

struct Unary {
  static constexpr uint32_t kThreads = 256;
};

struct UnaryGrad {
  static constexpr uint32_t kThreads = 256;
};

namespace headers {

struct Attention {
  static constexpr uint32_t kRangeFault = 1073741824;
  static constexpr uint32_t kIndexFault = 2147483648;
};

struct CausalConv1d {
  static constexpr uint32_t kMostTaps = 16;
};

struct Columns {
  static constexpr uint32_t kColumns = 64;
  static constexpr uint32_t kParts = 4;
  static constexpr uint32_t kColumnThreads = 256;
};

struct NormGrad {
  static constexpr uint32_t kTileRows = 32;
  static constexpr uint32_t kLongRow = 512;
  static constexpr uint32_t kKept = 16;
};

struct Product {
  static constexpr uint32_t kProductThreads = 256;
  static constexpr uint32_t kLargeRows = 64;
  static constexpr uint32_t kLargeCols = 128;
  static constexpr uint32_t kSmallRows = 8;
  static constexpr uint32_t kSmallCols = 32;
  static constexpr uint32_t kDepth = 16;
  static constexpr uint32_t kSlice = 64;
  static constexpr uint32_t kPad = 4;
};

struct Rows {
  static constexpr uint32_t kTeamThreads = 256;
};

struct RowsByExpert {
  static constexpr uint32_t kListThreads = 256;
  static constexpr uint32_t kListMemory = 16;
};

struct Segments {
  static constexpr uint32_t kSegmentThreads = 256;
  static constexpr uint32_t kSegmentColumns = 128;
  static constexpr uint32_t kSegmentRows = 2;
  static constexpr uint32_t kPieceRows = 64;
};

struct Sequences {
  static constexpr uint32_t kChunk = 64;
  static constexpr uint32_t kExpertFault = 1073741824;
};

struct SortRows {
  static constexpr uint32_t kDigits = 256;
  static constexpr uint32_t kDigitBits = 8;
  static constexpr uint32_t kSortRows = 2048;
};

struct SsmScan {
  static constexpr uint32_t kScanThreads = 512;
  static constexpr uint32_t kScanChannels = 64;
  static constexpr uint32_t kScanRows = 64;
  static constexpr uint32_t kScanStates = 16;
  static constexpr uint32_t kOwn = 4;
};

}  // namespace headers
}  // namespace vmm::metal::sizes
