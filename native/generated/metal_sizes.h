// Generated from lib/ops by scripts/write-op-tables.ts. Do not edit.
#pragma once
#include <cstdint>

namespace vmm::metal::sizes {

struct Binary {
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

struct PackWeight {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kInputs = 64;
  static constexpr uint32_t kPanel = 32;
};

struct PackedLinear {
  static constexpr uint32_t kPanel = 32;
};

struct QuantizedLinear {
  static constexpr uint32_t kThreads = 256;
  static constexpr uint32_t kBlock = 32;
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

struct Experts {
  static constexpr uint32_t kListThreads = 256;
  static constexpr uint32_t kListMemory = 16;
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

}  // namespace vmm::metal::sizes
