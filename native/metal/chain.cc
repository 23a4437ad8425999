#include "native/metal/merge.h"

namespace vmm::metal {

static_assert(sizes::Chain::kThreads == kTileThreads);

void chain(op::Chain& a, Encoder& encoder) {
  const int32_t fns[] = {a.fn1, a.fn2, a.fn3, a.fn4, a.fn5, a.fn6};
  View* const given[] = {&a.with1, &a.with2, &a.with3, &a.with4, &a.with5, &a.with6};
  // x stands for operands that are not there: it adds no axis.
  View* tensors[] = {&a.x, &a.x, &a.x, &a.x, &a.x, &a.x};
  for (int k = 0; k < 6; ++k) {
    if (fns[k] >= op::Chain::kAdd && a.y.count() > 0 && !*given[k]) return encoder.refuse();
    if (*given[k]) tensors[k] = given[k];
  }
  const auto [t1, t2, t3, t4, t5, t6] = tensors;
  mergeAxes(a.y, {&a.x, t1, t2, t3, t4, t5, t6});
  const Tiles tiles = tilesOf(a.y, {&a.x, t1, t2, t3, t4, t5, t6});
  encoder.dispatch({"chain",
                    {a.fn1, a.fn2, a.fn3, a.fn4, a.fn5, a.fn6, tiles.tall, tiles.steps},
                    tiles.groups,
                    tiles.threads});
}

}  // namespace vmm::metal
