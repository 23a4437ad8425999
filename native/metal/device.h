// Programs on a Metal device: command buffers of bounded work for what may still be cancelled, and one for
// what may not.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "native/metal/op_encoder.h"

namespace vmm::metal {

class MetalDevice final : public Device {
 public:
  explicit MetalDevice(std::unique_ptr<Framework> framework)
      : framework_(std::move(framework)), buffers_(*framework_), pipelines_(*framework_) {}

  std::string description() const override { return framework_->description(); }
  std::optional<Status> compute(const Placement& placement) override;
  void endPeriod() override { scratch_.endPeriod(); }

 private:
  using Explain = std::function<std::string(uint32_t)>;
  struct Nodes {
    uint32_t begin, end;
  };
  enum class Again : bool { no, yes };  // for what has run before

  uint32_t endOfWork(const Placement& placement, Nodes nodes) const;
  std::optional<Status> computeNodes(const Placement& placement, Nodes nodes, uint32_t first);
  std::optional<Status> encode(const Placement& placement, Nodes nodes, Again again, Commands& commands);
  Status explainFault(const Placement& placement, Nodes nodes, uint32_t first);

  std::unique_ptr<Framework> framework_;
  Buffers buffers_;
  Pipelines pipelines_;
  Scratch scratch_;
  Region faults_;                 // a word for each node
  std::vector<Explain> explain_;  // by node
};

}  // namespace vmm::metal
