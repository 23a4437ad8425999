// Where memory lies. Scratch buffers live from the first node that writes them to the last that uses them;
// each takes the smallest hole in the arena that fits, or the end of it.
#include <algorithm>
#include <map>
#include <set>

#include "native/program/program.h"

namespace vmm {
namespace {

class Arena {
 public:
  uint64_t take(uint64_t bytes) {
    auto hole = bySize_.lower_bound({bytes, 0});
    if (hole == bySize_.end()) {
      // A hole at the end grows instead of being left behind.
      uint64_t offset = end_;
      if (!byOffset_.empty()) {
        const auto last = std::prev(byOffset_.end());
        if (last->first + last->second == end_) {
          offset = last->first;
          remove(offset, last->second);
        }
      }
      end_ = offset + bytes;
      return offset;
    }
    const auto [size, offset] = *hole;
    remove(offset, size);
    if (size > bytes) add(offset + bytes, size - bytes);
    return offset;
  }

  void give(uint64_t offset, uint64_t bytes) {
    auto after = byOffset_.lower_bound(offset);
    if (after != byOffset_.begin()) {
      const auto [from, size] = *std::prev(after);
      if (from + size == offset) {
        remove(from, size);
        offset = from;
        bytes += size;
      }
    }
    after = byOffset_.lower_bound(offset);
    if (after != byOffset_.end() && offset + bytes == after->first) {
      const uint64_t size = after->second;
      remove(after->first, size);
      bytes += size;
    }
    add(offset, bytes);
  }

  uint64_t bytes() const { return end_; }

 private:
  void add(uint64_t offset, uint64_t size) {
    byOffset_.emplace(offset, size);
    bySize_.emplace(size, offset);
  }
  void remove(uint64_t offset, uint64_t size) {
    byOffset_.erase(offset);
    bySize_.erase({size, offset});
  }

  std::map<uint64_t, uint64_t> byOffset_;
  std::set<std::pair<uint64_t, uint64_t>> bySize_;
  uint64_t end_ = 0;
};

void placeScratch(Program& p) {
  constexpr int64_t kNever = -1;
  std::vector<int64_t> lastUse(p.buffers.size(), kNever);
  for (size_t n = 0; n < p.nodes.size(); ++n)
    for (const int32_t t : p.tensorsOf(p.nodes[n]))
      if (t >= 0) lastUse[p.tensors[t].buffer] = static_cast<int64_t>(n);

  Arena arena;
  std::vector<bool> placed(p.buffers.size()), gone(p.buffers.size());
  const auto sizeOf = [](const Buffer& b) {
    return std::max<uint64_t>(alignUp(b.bytes, kAlignment), kAlignment);
  };
  for (size_t n = 0; n < p.nodes.size(); ++n) {
    const auto tensors = p.tensorsOf(p.nodes[n]);
    for (const int32_t t : tensors) {
      if (t < 0) continue;
      const uint32_t index = p.tensors[t].buffer;
      Buffer& b = p.buffers[index];
      if (b.kind != BufferKind::scratch || placed[index]) continue;
      placed[index] = true;
      b.offset = arena.take(sizeOf(b));
    }
    for (const int32_t t : tensors) {
      if (t < 0) continue;
      const uint32_t index = p.tensors[t].buffer;
      const Buffer& b = p.buffers[index];
      if (b.kind != BufferKind::scratch || gone[index] || lastUse[index] != static_cast<int64_t>(n)) continue;
      gone[index] = true;
      arena.give(b.offset, sizeOf(b));
    }
  }
  p.scratchBytes = arena.bytes();
}

}  // namespace

Status plan(Program& p) {
  placeScratch(p);
  uint64_t host = 0;
  for (Slot& slot : p.slots) {
    if (slot.kind != SlotKind::input) continue;
    slot.offset = host;
    host += std::max<uint64_t>(alignUp(slot.bytes, kAlignment), kAlignment);
  }
  p.inputBytes = host;
  for (Buffer& b : p.buffers) {
    if (b.kind != BufferKind::output) continue;
    b.offset = host;
    host += std::max<uint64_t>(alignUp(b.bytes, kAlignment), kAlignment);
  }
  p.hostBytes = host;
  return {};
}

}  // namespace vmm
