// One op, executed on copies of its tensors.
#pragma once
#include <map>
#include <vector>

#include "native/metal_emulated/staging.h"
#include "native/metal_emulated/tracked.h"

namespace vmm::emulated {

class StagedOp {
 public:
  StagedOp(const OpSpec& op, const View* views, bool checked, uint64_t seed, Stacks& stacks);

  void bytes(uint32_t index, const void* bytes, size_t count);
  void buffer(uint32_t index, std::byte* address, size_t count);
  void dispatch(Library& library, const metal::Dispatch& dispatch);
  // Copies the results back and looks whether all is as it has to be.
  void finish();
  const Execution& execution() const { return execution_; }

 private:
  bool isTensor(uint32_t index) const;

  const OpSpec& op_;
  std::vector<View> views_;
  bool checked_;
  Staging staging_;
  Execution execution_;
  std::map<uint32_t, std::unique_ptr<Tracked>> blocks_;  // arguments, scratch and the fault word, by index
  std::map<uint32_t, void*> tensors_;                    // copies, by index
  std::byte* fault_ = nullptr;
};

}  // namespace vmm::emulated
