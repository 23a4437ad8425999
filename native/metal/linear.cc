#include "native/metal/faults.h"
#include "native/metal/launch.h"

namespace vmm::metal {

void linear(op::Linear& a, Encoder& encoder) {
  using Sizes = sizes::Linear;
  const int64_t rows = a.x.dim[0], out = a.y.dim[1], experts = a.weight.rank == 3 ? a.weight.dim[0] : 1;
  if (experts > Sizes::kMostExperts)
    return encoder.refuse("linear: " + std::to_string(experts) + " experts; at most " +
                          std::to_string(Sizes::kMostExperts) + " fit");
  const bool few = rows <= Sizes::kFewRows * experts;
  const uint32_t height = few ? Sizes::kFewRows : Sizes::kRows;
  const bool outputsFirst =
      a.weight.stride[a.weight.rank - 1] != 1 && a.weight.stride[a.weight.rank - 2] == 1;
  const std::vector<int32_t> constants = {
      few,        static_cast<int32_t>(a.weight.dtype), static_cast<int32_t>(a.bias.dtype),
      a.epilogue, a.compute == op::Linear::kBf16,       outputsFirst};
  uint32_t tiles = divideUp(rows, height);
  if (a.expert) {
    if (rows == 0) return;
    tiles += static_cast<uint32_t>(experts);
    badExpert("linear", a.expert, experts, " ... ", encoder);
    encoder.scratch(static_cast<size_t>(rows) * 4);
    encoder.scratch(static_cast<size_t>(tiles) * Sizes::kTileWords * 4);
    encoder.dispatch({"linear_groups", constants, {1, 1, 1}, {Sizes::kThreads, 1, 1}});
  }
  encoder.dispatch({"linear", constants, {divideUp(out, Sizes::kCols), tiles, 1}, {Sizes::kThreads, 1, 1}});
}

}  // namespace vmm::metal
