#include "native/metal/attention.h"

namespace vmm::metal {
namespace {

using Sizes = sizes::Attention;

// So many threadgroups keep a device busy without parts of the keys for each.
constexpr int64_t kEnough = 256;
// What parts may take; whether there are any changes no bits.
constexpr size_t kMostBytes = 64 << 20;

int64_t partBegin(int64_t part) {
  const int64_t octave = Sizes::kOctave;
  return part < octave ? part * Sizes::kPart : (octave + part % octave) * Sizes::kPart << (part / octave - 1);
}

uint32_t partsOf(int64_t keys) {
  uint32_t parts = 1;
  while (partBegin(parts) < keys) ++parts;
  return parts;
}

}  // namespace

void attention(op::Attention& a, Encoder& encoder) {
  const int64_t rows = a.q.dim[0], heads = a.q.dim[1], kvHeads = a.k.dim[1], dv = a.v.dim[2];
  if (heads == 0) return;
  a.scale = scaleOf(a.scale, a.q.dim[2]);
  badSequences("attention", a, a.keyIndex, encoder);
  const int64_t perKv = heads / kvHeads, sequences = std::max<int64_t>(a.offsets.dim[0] - 1, 1);
  const bool few = rows * perKv <= Sizes::kFewRows * sequences;
  const uint32_t tiles = queryTiles(a, perKv, few ? Sizes::kFewRows : Sizes::kRows);
  const uint32_t parts = partsOf(a.keyIndex ? a.keyIndex.dim[0] : a.k.dim[0]);
  const uint32_t across = divideUp(std::max<int64_t>(dv, 1), Sizes::kMostCols);
  const size_t sums = static_cast<size_t>(rows * heads) * parts;
  const bool parted = parts > 1 && tiles * kvHeads * across < kEnough &&
                      sums * static_cast<size_t>(dv + 2) * sizeof(float) <= kMostBytes;
  const std::vector<int32_t> constants = {few,
                                          parted,
                                          a.causal,
                                          dv > Sizes::kCols ? 2 : 1,
                                          static_cast<int32_t>(a.k.dtype),
                                          static_cast<int32_t>(a.v.dtype),
                                          static_cast<bool>(a.keyIndex)};
  if (parted) {
    encoder.scratch(sums * static_cast<size_t>(dv) * sizeof(float));
    encoder.scratch(sums * 2 * sizeof(float));
  }
  const auto columns = static_cast<uint32_t>(kvHeads);
  encoder.dispatch(
      {"attention", constants, {columns * across, tiles, parted ? parts : 1}, {Sizes::kThreads, 1, 1}});
  if (parted)
    encoder.dispatch({"attention_parts",
                      constants,
                      {columns, queryTiles(a, perKv, Sizes::kFewRows), 1},
                      {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
