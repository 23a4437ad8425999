// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include <cstdint>

namespace vmm::metal::sizes {

struct Binary {
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

struct RmsNorm {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 16;
};

struct Softmax {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kRows = 8;
  static constexpr uint32_t kLongRow = 1024;
  static constexpr uint32_t kKept = 16;
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

}  // namespace vmm::metal::sizes
