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

Tiles tilesOf(const View& y, std::initializer_list<const View*> inputs, uint32_t threads, uint32_t steps) {
  const bool tall = y.cols() <= kLanes || std::any_of(inputs.begin(), inputs.end(),
                                                      [](const View* input) { return crosses(*input); });
  uint32_t across = kLanes;
  while (!tall && across < threads && across < y.cols()) across *= 2;
  const uint32_t down = threads / across;
  return {
      {divideUp(y.cols(), tall ? across : across * steps), divideUp(y.rows(), tall ? down * steps : down), 1},
      {across, down, 1},
      tall};
}

}  // namespace vmm::metal
