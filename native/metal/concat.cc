#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Concat::kThreads == kTileThreads);

void concat(op::Concat& a, Encoder& encoder) {
  const op::Concat whole = a;
  View* const inputs[] = {&a.x0, &a.x1, &a.x2, &a.x3, &a.x4, &a.x5, &a.x6, &a.x7};
  const int64_t bytes = bytesOf(a.y.dtype);
  int64_t at = 0;
  for (int32_t i = 0; i < 8; ++i) {
    a = whole;
    View& x = *inputs[i];
    if (!x) continue;
    // The window of y that has the shape of x.
    a.y.data = whole.y.as<char>() + at * whole.y.stride[a.axis] * bytes;
    a.y.dim[a.axis] = x.dim[a.axis];
    at += x.dim[a.axis];
    View shape = x;
    mergeAxes(shape, {&x, &a.y});
    const Tiles tiles = tilesOf(shape, {&x});
    encoder.dispatch(
        {"concat", {static_cast<int32_t>(bytes), i, tiles.tall, tiles.steps}, tiles.groups, tiles.threads});
  }
}

}  // namespace vmm::metal
