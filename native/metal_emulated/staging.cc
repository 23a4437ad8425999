#include "native/metal_emulated/staging.h"

#include <algorithm>
#include <cstring>

#include "native/metal/launch.h"

namespace vmm::emulated {
namespace {

using metal::endOf;

std::byte* beginOf(const View& view) { return static_cast<std::byte*>(view.data); }

size_t grainOf(const View& view) { return static_cast<size_t>(bytesOf(view.dtype)); }

}  // namespace

Staging::Staging(const OpSpec& op, const View* views, bool checked) : op_(op), views_(views) {
  const int count = op.inputs + op.outputs;
  std::vector<int> order;
  for (int i = 0; i < count; ++i)
    if (views[i]) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return beginOf(views[a]) < beginOf(views[b]); });
  std::vector<std::string> names;
  for (const int i : order) {
    const View& view = views[i];
    const bool shared = !pieces_.empty() && beginOf(view) < pieces_.back().end;
    if (!shared) {
      pieces_.push_back({beginOf(view), endOf(view), nullptr, nullptr});
      names.emplace_back(op.tensors[i].name);
    } else {
      pieces_.back().end = std::max(pieces_.back().end, endOf(view));
      names.back() += std::string("/") + op.tensors[i].name;
    }
    pieces_.back().written |= i >= op.inputs;
  }
  for (size_t p = 0; p < pieces_.size(); ++p) {
    Piece& piece = pieces_[p];
    const auto bytes = static_cast<size_t>(piece.end - piece.begin);
    piece.block = std::make_unique<Block>(bytes, names[p]);
    size_t grain = 4;
    for (const int i : order)
      if (&pieceOf(views[i]) == &piece) grain = std::min(grain, grainOf(views[i]));
    if (checked) piece.shadow = std::make_unique<Shadow>(bytes, grain);
  }
  for (const int i : order) {
    // An output that replaces a state keeps what the op leaves out.
    if (i >= op.inputs && op.tensors[i].updates < 0) continue;
    Piece& piece = pieceOf(views[i]);
    forRows(views[i], [&](std::byte* from, size_t bytes) {
      const auto at = static_cast<size_t>(from - piece.begin);
      std::memcpy(piece.block->data() + at, from, bytes);
      if (piece.shadow) piece.shadow->initialise(at, bytes);
    });
  }
}

// Contiguous runs of a view, in any order.
template <class Do>
void Staging::forRows(const View& view, Do&& take) {
  const int64_t element = bytesOf(view.dtype);
  const bool unit = view.rank > 0 && view.stride[view.rank - 1] == 1;
  const int outer = unit ? view.rank - 1 : view.rank;
  const int64_t run = unit ? view.dim[view.rank - 1] : 1;
  int64_t rows = run > 0 ? 1 : 0;
  for (int axis = 0; axis < outer; ++axis) rows *= view.dim[axis];
  for (int64_t row = 0; row < rows; ++row) {
    int64_t offset = 0;
    for (int64_t axis = outer - 1, rest = row; axis >= 0; --axis) {
      offset += rest % view.dim[axis] * view.stride[axis];
      rest /= view.dim[axis];
    }
    take(beginOf(view) + offset * element, static_cast<size_t>(run * element));
  }
}

Staging::Piece& Staging::pieceOf(const View& view) {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), beginOf(view),
                       [](const std::byte* at, const Piece& piece) { return at < piece.begin; });
  return *std::prev(after);
}

void* Staging::addressOf(int index, const void* original) {
  if (!views_[index]) return nullptr;
  Piece& piece = pieceOf(views_[index]);
  return piece.block->data() + (static_cast<const std::byte*>(original) - piece.begin);
}

void Staging::finish(Problems& problems, bool complete) {
  for (Piece& piece : pieces_)
    if (!piece.block->intact()) problems.add("write out of bounds: beside " + piece.block->name());
  for (int i = 0; i < op_.inputs + op_.outputs; ++i) {
    const View& view = views_[i];
    if (!view) continue;
    Piece& piece = pieceOf(view);
    if (i < op_.inputs && !piece.written && changed(view))
      problems.add(std::string("write to an input: ") + op_.tensors[i].name);
    if (i < op_.inputs) continue;
    if (piece.shadow && complete) checkWritten(view, op_.tensors[i].name, problems);
    forRows(view, [&](std::byte* to, size_t bytes) {
      std::memcpy(to, piece.block->data() + (to - piece.begin), bytes);
    });
  }
}

bool Staging::changed(const View& view) {
  Piece& piece = pieceOf(view);
  bool changed = false;
  forRows(view, [&](std::byte* from, size_t bytes) {
    changed |= std::memcmp(piece.block->data() + (from - piece.begin), from, bytes) != 0;
  });
  return changed;
}

void Staging::checkWritten(const View& view, const char* name, Problems& problems) {
  Piece& piece = pieceOf(view);
  int64_t missing = 0;
  forRows(view, [&](std::byte* from, size_t bytes) {
    for (size_t at = 0; at < bytes; at += grainOf(view))
      missing += !piece.shadow->at(static_cast<size_t>(from - piece.begin) + at).initialised;
  });
  if (missing)
    problems.add("elements never written: " + std::to_string(missing) + " of " +
                 std::to_string(view.count()) + " of " + name);
}

}  // namespace vmm::emulated
