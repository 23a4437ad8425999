#include <algorithm>

#include "native/metal/launch.h"

namespace vmm::metal {
namespace {

using Sizes = sizes::Reduce;

struct Axis {
  int64_t dim, stride;
};

// Axes without those of size 1; neighbours that are walked evenly are one.
std::vector<Axis> merged(const std::vector<Axis>& axes) {
  std::vector<Axis> result;
  for (const Axis& axis : axes) {
    if (axis.dim == 1) continue;
    if (!result.empty() && result.back().stride == axis.stride * axis.dim)
      result.back() = {result.back().dim * axis.dim, axis.stride};
    else
      result.push_back(axis);
  }
  return result;
}

int64_t countOf(const std::vector<Axis>& axes) {
  int64_t count = 1;
  for (const Axis& axis : axes) count *= axis.dim;
  return count;
}

// The least stride of axes along which x varies. Those of size 1 count too: what lies where does not hang on
// the number of rows in a run.
int64_t leastStride(const std::vector<Axis>& axes) {
  int64_t least = INT64_MAX;
  for (const Axis& axis : axes)
    if (axis.stride > 0) least = std::min(least, axis.stride);
  return least;
}

}  // namespace

void reduce(op::Reduce& a, Encoder& encoder) {
  std::vector<Axis> kept, reduced;
  for (int i = 0; i < a.x.rank; ++i)
    (a.axes >> i & 1 ? reduced : kept).push_back({a.x.dim[i], a.x.stride[i]});
  std::stable_sort(reduced.begin(), reduced.end(),
                   [](const Axis& left, const Axis& right) { return left.stride > right.stride; });
  const bool along = leastStride(reduced) <= leastStride(kept);
  kept = merged(kept);
  reduced = merged(reduced);
  const int64_t all = countOf(kept), elements = countOf(reduced);
  if (all == 0) return;
  if (std::max(all, elements) > UINT32_MAX) return encoder.refuse();
  // The kernel finds how many axes stay in the place of their bits.
  a.axes = static_cast<int32_t>(kept.size());
  a.x.rank = 0;
  for (const std::vector<Axis>* axes : {&kept, &reduced})
    for (const Axis& axis : *axes) {
      a.x.dim[a.x.rank] = axis.dim;
      a.x.stride[a.x.rank++] = axis.stride;
    }

  const uint32_t piece = along ? Sizes::kAlongPiece : Sizes::kAcrossPiece;
  uint32_t outputs = Sizes::kAcross;
  if (along && elements > 2 * kLanes) outputs = elements > Sizes::kThreads * 4 ? 1 : Sizes::kThreads / kLanes;
  const auto piecesOf = [piece](int64_t count) { return count > piece ? divideUp(count, piece) : 1; };
  for (int64_t count = elements, level = 0; level < 2; ++level)
    encoder.scratch(static_cast<size_t>(count = piecesOf(count)) * static_cast<size_t>(all) * 8);
  int64_t count = elements;
  for (int32_t level = 0, last = 0; !last; ++level) {
    const uint32_t pieces = piecesOf(count);
    last = pieces == 1;
    encoder.dispatch({"reduce",
                      {a.fn, along, static_cast<int32_t>(outputs), level, last},
                      {divideUp(all, outputs), pieces, 1},
                      {Sizes::kThreads, 1, 1}});
    count = pieces;
  }
}

}  // namespace vmm::metal
