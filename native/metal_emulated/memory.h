// Memory that kernels may touch, with a shadow that knows who touched what. Around each block lies a margin,
// so that an access that misses it is known by its name and harms nothing.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "native/memory/region.h"

namespace vmm::emulated {

inline constexpr size_t kMargin = 4096;
inline constexpr size_t kSector = 32;
// All bits set: NaN as f32, f16 and bf16, -1 as a whole number.
inline constexpr int kPoison = 0xff;

// Who touched a piece of memory last, and when: threadgroups are numbered over all dispatches of an op,
// epochs end with the barriers that order memory of that kind.
struct Touch {
  uint32_t group = 0;  // 0: nobody
  uint32_t epoch = 0, simdEpoch = 0;
  uint16_t thread = 0;
  bool atomic = false;
};

struct Cell {
  Touch writer, reader, otherReader;  // readers since the last write; the other one by another thread
  bool initialised = false;
  bool manyGroups = false;  // read by several threadgroups since the last write
};

// The shadow of a block: cells of `grain` bytes, and the last threadgroup that read or wrote each sector.
class Shadow {
 public:
  Shadow(size_t bytes, size_t grain)
      : grain_(grain),
        cells_((bytes + grain - 1) / grain),
        read_(bytes / kSector + 2),
        written_(read_.size()) {}

  size_t grain() const { return grain_; }
  Cell& at(size_t offset) { return cells_[offset / grain_]; }
  uint32_t& readSector(size_t sector) { return read_[sector]; }
  uint32_t& writtenSector(size_t sector) { return written_[sector]; }
  void initialise(size_t offset, size_t bytes) {
    for (size_t at = offset; at < offset + bytes; at += grain_) this->at(at).initialised = true;
  }

 private:
  size_t grain_;
  std::vector<Cell> cells_;
  std::vector<uint32_t> read_, written_;
};

// A block of device memory: poison at first, aligned as the tensors of programs are.
class Block {
 public:
  Block(size_t bytes, std::string name)
      : bytes_(bytes),
        memory_(bytes + 2 * kMargin + kAlignment, static_cast<std::byte>(kPoison)),
        data_(memory_.data() + kMargin + (0 - reinterpret_cast<uintptr_t>(memory_.data())) % kAlignment),
        name_(std::move(name)) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  std::byte* data() { return data_; }
  size_t bytes() const { return bytes_; }
  const std::string& name() const { return name_; }
  // The margins are still what they were.
  bool intact() const {
    const auto poisoned = [](std::byte b) { return b == std::byte{kPoison}; };
    return std::all_of(data_ - kMargin, data_, poisoned) &&
           std::all_of(data_ + bytes_, data_ + bytes_ + kMargin, poisoned);
  }

 private:
  size_t bytes_;
  std::vector<std::byte> memory_;
  std::byte* data_;
  std::string name_;
};

}  // namespace vmm::emulated
