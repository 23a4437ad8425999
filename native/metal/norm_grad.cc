#include "native/metal/norm_grad.h"

#include "native/metal/faults.h"

namespace vmm::metal {

void normGrad(const NormGradKernels& kernels, const View& x, const View& weight, const View& expert,
              int gradients, Encoder& encoder) {
  using Sizes = sizes::headers::NormGrad;
  using Columns = sizes::headers::Columns;
  const int64_t rows = x.dim[0], d = x.dim[1], experts = weight.rank == 2 ? weight.dim[0] : 1;
  if (experts == 0) return encoder.refuse();
  const bool sorted = gradients > 0 && expert;
  const Size threads{sizes::headers::Rows::kTeamThreads, 1, 1};
  std::vector<int32_t> constants = {0, d > Sizes::kLongRow, static_cast<int32_t>(weight.dtype)};
  badExpert(kernels.op, expert, experts, " to ", encoder);
  const uint32_t tiles =
      sorted ? static_cast<uint32_t>(rows / Sizes::kTileRows + experts) : divideUp(rows, Sizes::kTileRows);
  encoder.scratch(static_cast<size_t>(gradients) * tiles * static_cast<size_t>(d) * 4);
  if (sorted) sortRows(kernels.sort, rows, experts, constants, encoder);
  encoder.dispatch({kernels.op, constants, {tiles, 1, 1}, threads});
  const Size sums{divideUp(d, Columns::kColumns), static_cast<uint32_t>(experts),
                  static_cast<uint32_t>(gradients)};
  encoder.dispatch({kernels.sums, constants, sums, threads});
}

}  // namespace vmm::metal
