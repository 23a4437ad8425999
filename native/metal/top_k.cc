#include <algorithm>

#include "native/metal/launch.h"

namespace vmm::metal {

void top_k(op::TopK& a, Encoder& encoder) {
  using Sizes = sizes::TopK;
  const int64_t n = a.x.cols(), k = a.values.cols();
  const auto rows = static_cast<uint32_t>(a.x.rows());
  if (k > n) return encoder.refuse();
  const Size threads = {Sizes::kThreads, 1, 1};
  if (n <= Sizes::kShortRow && k <= Sizes::kFew)
    return encoder.dispatch({"top_k_short", {0, 0, 0, 0}, {divideUp(rows, Sizes::kRows), 1, 1}, threads});

  const auto pieces = static_cast<uint32_t>(std::min<int64_t>(n / Sizes::kPiece, Sizes::kMostPieces));
  const size_t candidates = static_cast<size_t>(rows) * static_cast<size_t>(k);
  if (pieces > 1 && k <= Sizes::kFewOfPiece) {
    encoder.scratch(candidates * pieces * 8);
    encoder.dispatch({"top_k", {0, 1, 0, 0}, {pieces, rows, 1}, threads});
    return encoder.dispatch({"top_k", {1, 0, 0, 0}, {1, rows, 1}, threads});
  }
  if (k > Sizes::kSorted) {
    encoder.scratch(candidates * 8);
    encoder.scratch(candidates * 8);
  }
  encoder.dispatch({"top_k", {0, 0, 0, 0}, {1, rows, 1}, threads});
  if (k <= Sizes::kSorted) return;
  encoder.dispatch({"top_k_sort", {0, 0, 0, 0}, {divideUp(k, Sizes::kSorted), rows, 1}, threads});
  int64_t width = Sizes::kSorted;
  for (int32_t pass = 0; width < k; ++pass, width *= 2)
    encoder.dispatch(
        {"top_k_merge", {0, 0, pass, 2 * width >= k}, {divideUp(k, Sizes::kThreads), rows, 1}, threads});
}

}  // namespace vmm::metal
