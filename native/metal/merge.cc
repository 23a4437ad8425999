#include "native/metal/merge.h"

#include <algorithm>

namespace vmm::metal {
namespace {

int64_t strideAlong(const View& input, const View& y, int axis) {
  const int own = axis - (y.rank - input.rank);
  return own >= 0 && input.dim[own] != 1 ? input.stride[own] : 0;
}

// Whether neighbours in memory lie along a column of the last two axes.
bool crosses(const View& input) {
  return input.rank > 1 && input.stride[input.rank - 1] > 1 && input.stride[input.rank - 2] == 1;
}

// Whether rows of the output share a row of the input.
bool repeats(const View& input) { return input.rank > 1 && input.stride[input.rank - 2] == 0; }

}  // namespace

void mergeAxes(View& y, std::initializer_list<View*> inputs) {
  std::vector<View> before;
  for (const View* input : inputs) before.push_back(*input);
  const View shape = y;
  int rank = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    if (shape.dim[axis] == 1) continue;
    bool merge = rank > 0;
    for (size_t i = 0; i < before.size() && merge; ++i)
      merge = inputs.begin()[i]->stride[rank - 1] == strideAlong(before[i], shape, axis) * shape.dim[axis];
    if (!merge) ++rank;
    y.dim[rank - 1] = (merge ? y.dim[rank - 1] : 1) * shape.dim[axis];
    for (size_t i = 0; i < before.size(); ++i)
      inputs.begin()[i]->stride[rank - 1] = strideAlong(before[i], shape, axis);
  }
  if (rank == 0) {
    y.dim[rank++] = 1;
    for (View* input : inputs) input->stride[0] = 0;
  }
  y.rank = static_cast<int16_t>(rank);
  int64_t step = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    y.stride[axis] = step;
    step *= y.dim[axis];
  }
  for (View* input : inputs) {
    input->rank = y.rank;
    std::copy(y.dim, y.dim + rank, input->dim);
  }
}

Tiles tilesOf(const View& y, std::initializer_list<const View*> inputs) {
  const auto any = [&](bool (*is)(const View&)) {
    return std::any_of(inputs.begin(), inputs.end(), [is](const View* input) { return is(*input); });
  };
  const bool crossed = any(crosses), tall = crossed || y.cols() <= kLanes || any(repeats);
  // Where memory is crossed a tile is square, so that it uses the lines of both sides.
  const uint32_t steps = crossed ? 16 : 4;
  uint32_t across = crossed ? 2 * kLanes : 1;
  while (!crossed && across < kTileThreads && across < y.cols()) across *= 2;
  const uint32_t down = kTileThreads / across;
  return {
      {divideUp(y.cols(), tall ? across : across * steps), divideUp(y.rows(), tall ? down * steps : down), 1},
      {across, down, 1},
      tall,
      static_cast<int32_t>(steps)};
}

}  // namespace vmm::metal
