// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include <cstdint>

namespace vmm::metal::sizes {

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
  static constexpr uint32_t kRangeFault = 1073741824;
  static constexpr uint32_t kKeys = 32;
  static constexpr uint32_t kDepth = 32;
  static constexpr uint32_t kOwn = 16;
};

struct AttentionGrad {
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kRows = 32;
  static constexpr uint32_t kCols = 64;
  static constexpr uint32_t kMostCols = 128;
  static constexpr uint32_t kRangeFault = 1073741824;
  static constexpr uint32_t kDepth = 32;
};

struct Binary {
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

struct NearestRows {
  static constexpr uint32_t kThreads = 128;
  static constexpr uint32_t kQueries = 32;
  static constexpr uint32_t kFewQueries = 8;
  static constexpr uint32_t kRows = 64;
  static constexpr uint32_t kList = 128;
  static constexpr uint32_t kWays = 16;
  static constexpr uint32_t kDepth = 32;
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

}  // namespace vmm::metal::sizes
