// The tensors of an op, copied into blocks of their own. Tensors that share memory share a block; what lies
// between the rows of a tensor is poison in the copy.
#pragma once
#include <memory>
#include <vector>

#include "native/metal_emulated/memory.h"
#include "native/metal_emulated/report.h"
#include "native/program/op_table.h"

namespace vmm::emulated {

class Staging {
 public:
  Staging(const OpSpec& op, const View* views, bool checked);

  // Where the copy of an address in tensor `index` lies.
  void* addressOf(int index, const void* original);
  // Calls take(block, shadow) for each block.
  template <class Take>
  void forBlocks(Take&& take) {
    for (auto& piece : pieces_) take(*piece.block, piece.shadow.get());
  }
  // Copies outputs back. Adds what kernels may not do: writes beside tensors or to inputs, and of kernels
  // that were `complete`, elements left out.
  void finish(Problems& problems, bool complete);

 private:
  struct Piece {
    std::byte* begin;
    std::byte* end;
    std::unique_ptr<Block> block;
    std::unique_ptr<Shadow> shadow;
    bool written = false;
  };

  Piece& pieceOf(const View& view);
  template <class Do>
  void forRows(const View& view, Do&& take);
  void checkWritten(const View& view, const char* name, Problems& problems);
  bool changed(const View& view);

  const OpSpec& op_;
  const View* views_;
  std::vector<Piece> pieces_;  // by address, disjoint
};

}  // namespace vmm::emulated
