#include <algorithm>

#include "native/metal/launch.h"

namespace vmm::metal {
namespace {

using Sizes = sizes::NearestRows;

// So many threadgroups keep a device busy: chunks grow beyond.
constexpr int64_t kEnough = 1024;
// Lists of as many queries as have room here at once.
constexpr int64_t kListBytes = 4 << 20;

struct Lists {
  int64_t count, length;
};
// What comes out of one merge, as the kernel has it.
Lists merged(Lists lists, int64_t k) {
  return {divideUp(lists.count, Sizes::kWays), std::min(k, lists.length * Sizes::kWays)};
}

View rowsOf(View view, int64_t first, int64_t count) {
  view.data = view.f32() + first * view.stride[0];
  view.dim[0] = count;
  return view;
}

}  // namespace

void nearest_rows(op::NearestRows& a, Encoder& encoder) {
  const int64_t q = a.queries.dim[0], n = a.rows.dim[0], k = a.scores.dim[1];
  if (k > n) return encoder.refuse();
  int32_t chunkTiles = k > Sizes::kList ? Sizes::kList / Sizes::kRows : 8;
  const auto chunks = [&] { return divideUp(n, int64_t{chunkTiles} * Sizes::kRows); };
  if (k <= Sizes::kList)
    while (chunkTiles < 128 && chunks() * divideUp(q, Sizes::kQueries) > kEnough) chunkTiles *= 4;

  // Merges go to and fro between two places.
  const Lists first{chunks(), std::min<int64_t>(k, Sizes::kList)};
  int64_t room[2] = {first.count * first.length, 1};
  int32_t levels = 1;
  for (Lists lists = merged(first, k); lists.count > 1; lists = merged(lists, k), ++levels)
    room[levels % 2] = std::max(room[levels % 2], lists.count * lists.length);
  const int64_t bytes = 8 * (room[0] + room[1]);
  const int64_t together = std::max<int64_t>(kListBytes / bytes / 8, 1) * 8;
  for (const int64_t entries : room)
    encoder.scratch(static_cast<size_t>(8 * entries * std::min(q, together)));

  const View queries = a.queries, scores = a.scores, indices = a.indices;
  for (int64_t from = 0; from < q; from += together) {
    const int64_t count = std::min(together, q - from);
    a.queries = rowsOf(queries, from, count);
    a.scores = rowsOf(scores, from, count);
    a.indices = rowsOf(indices, from, count);
    const bool few = count <= Sizes::kFewQueries;
    std::vector<int32_t> constants = {few, static_cast<int32_t>(a.rows.dtype), chunkTiles, 0};
    encoder.dispatch(
        {"nearest_rows",
         constants,
         {divideUp(count, few ? Sizes::kFewQueries : Sizes::kQueries), static_cast<uint32_t>(first.count), 1},
         {Sizes::kThreads, 1, 1}});
    Lists lists = first;
    for (int32_t level = 0; level < levels; ++level) {
      const uint32_t across = divideUp(lists.length * Sizes::kWays, Sizes::kThreads);
      lists = merged(lists, k);
      constants[3] = level;
      encoder.dispatch({"nearest_rows_merge",
                        constants,
                        {across, static_cast<uint32_t>(lists.count), static_cast<uint32_t>(count)},
                        {Sizes::kThreads, 1, 1}});
    }
  }
}

}  // namespace vmm::metal
