// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include <cstdint>

namespace vmm::metal::sizes {

struct Binary {
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
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kFewRows = 8;
  static constexpr uint32_t kCols = 64;
  static constexpr uint32_t kDepth = 16;
  static constexpr uint32_t kMostExperts = 1024;
  static constexpr uint32_t kTileWords = 3;
  static constexpr uint32_t kStripStride = 36;
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
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kChannels = 64;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kStates = 16;
  static constexpr uint32_t kExpertFault = 1073741824;
  static constexpr uint32_t kOwn = 8;
};

struct Unary {
  static constexpr uint32_t kThreads = 256;
};

namespace headers {

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

struct Rows {
  static constexpr uint32_t kTeamThreads = 256;
};

struct Segments {
  static constexpr uint32_t kSegmentThreads = 256;
  static constexpr uint32_t kSegmentColumns = 128;
  static constexpr uint32_t kSegmentRows = 2;
  static constexpr uint32_t kPieceRows = 64;
};

struct SortRows {
  static constexpr uint32_t kDigits = 256;
  static constexpr uint32_t kDigitBits = 8;
  static constexpr uint32_t kSortRows = 2048;
};

}  // namespace headers
}  // namespace vmm::metal::sizes
