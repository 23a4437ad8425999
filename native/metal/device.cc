#include "native/metal/device.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vmm::metal {
namespace {

constexpr uint32_t kNoFault = UINT32_MAX;

Status cancelled(uint32_t node) {
  return failure(Code::cancelled, static_cast<int32_t>(node), "the run was cancelled");
}

}  // namespace

// What runs to the end once it has begun stands in a command buffer of its own: by then it is known that all
// data before it was good, and that nobody has cancelled.
std::optional<Status> MetalDevice::compute(const Placement& placement) {
  const Program& p = *placement.run.program;
  const auto count = static_cast<uint32_t>(p.nodes.size());
  const uint32_t last = std::min(p.firstUninterruptible, count);
  const auto isCancelled = [&] { return placement.run.cancel.load(std::memory_order_relaxed); };
  for (uint32_t begin = 0; begin < count;) {
    if (isCancelled()) return cancelled(begin);
    if (begin == last && begin > 0) {
      if (Status s = wholeness(placement.run); !s.ok()) return s;
    }
    const Nodes nodes{begin, begin < last ? endOfWork(placement, {begin, last}) : count};
    auto status = computeNodes(placement, nodes, begin < last ? 0 : last);
    if (!status || !status->ok()) return status;
    begin = nodes.end;
  }
  if (last == count && isCancelled() && count > 0) return cancelled(count - 1);
  return Status{};
}

// Where a command buffer of some nodes should end. The root of the product of three sizes is what a matrix
// product multiplies; where they are nearly equal, each number is looked at once.
uint32_t MetalDevice::endOfWork(const Placement& placement, Nodes nodes) const {
  const Program& p = *placement.run.program;
  double left = framework_->mostWork();
  for (uint32_t i = nodes.begin; i < nodes.end; ++i) {
    double largest[3] = {};
    for (const int32_t t : p.tensorsOf(p.nodes[i])) {
      if (t < 0) continue;
      double size = static_cast<double>(placement.views[static_cast<size_t>(t)].count());
      for (double& other : largest)
        if (other < size) std::swap(other, size);
    }
    const double product = std::sqrt(largest[0] * largest[1] * largest[2]);
    left -= largest[0] > 2 * largest[2] ? std::max(product, largest[0]) : largest[0];
    if (left < 0 && i > nodes.begin) return i;
  }
  return nodes.end;
}

// `first`: from there on all can be computed again.
std::optional<Status> MetalDevice::computeNodes(const Placement& placement, Nodes nodes, uint32_t first) {
  const Program& p = *placement.run.program;
  const size_t bytes = p.nodes.size() * sizeof(uint32_t);
  if (faults_.bytes() < bytes) {
    faults_ = Region::pages(bytes, Purpose::scratch);
    if (!faults_) return std::nullopt;
  }
  std::memset(faults_.data(), 0xff, bytes);
  explain_.resize(p.nodes.size());

  const std::unique_ptr<Commands> commands = framework_->commands();
  if (!commands) return std::nullopt;
  if (auto status = encode(placement, nodes, Again::no, *commands); !status || !status->ok()) return status;
  const std::string problem = commands->finish();
  scratch_.reset();
  if (!problem.empty()) return failure(Code::device, -1, "%s: %s", description().c_str(), problem.c_str());
  return explainFault(placement, nodes, first);
}

// Nothing when an op cannot be done here.
std::optional<Status> MetalDevice::encode(const Placement& placement, Nodes nodes, Again again,
                                          Commands& commands) {
  const Program& p = *placement.run.program;
  Encoding encoding{commands, buffers_, pipelines_, scratch_, {}};
  const Buffer* faults = buffers_.of(faults_.data(), faults_.bytes());
  if (!faults) return std::nullopt;
  alignas(View) std::byte args[kMostArgumentBytes];
  std::vector<Extent> extents;
  for (uint32_t i = nodes.begin; i < nodes.end; ++i) {
    const Node& node = p.nodes[i];
    // What updates parameters has done so, and must not twice.
    if (again == Again::yes && !node.op->interruptible) continue;
    const Launch launch = launchOf(node.number);
    if (!launch) return std::nullopt;
    writeArguments(placement.run, node, placement.views, args);
    extents.clear();
    for (const int32_t t : p.tensorsOf(node))
      extents.push_back(t < 0 ? Extent{} : placement.extents[p.tensors[static_cast<size_t>(t)].buffer]);
    const size_t word = i * sizeof(uint32_t);
    OpEncoder encoder(encoding, *node.op, args, extents,
                      {faults, faults_.data() + word, word, sizeof(uint32_t)});
    commands.beginOp(*node.op, reinterpret_cast<const View*>(args));
    launch(args, encoder);
    commands.endOp();
    if (!encoder.problem().empty())
      return failure(Code::device, static_cast<int32_t>(i), "%s", encoder.problem().c_str());
    if (encoder.refused()) return std::nullopt;
    explain_[i] = encoder.explain();
  }
  return Status{};
}

// The first node that has found bad data. What it has read may be overwritten since: all from `first` on is
// computed again, up to there, before it is explained.
Status MetalDevice::explainFault(const Placement& placement, Nodes nodes, uint32_t first) {
  const auto* words = reinterpret_cast<const uint32_t*>(faults_.data());
  const auto* fault =
      std::find_if(words + nodes.begin, words + nodes.end, [](uint32_t w) { return w != kNoFault; });
  if (fault == words + nodes.end) return {};
  const auto node = static_cast<uint32_t>(fault - words);
  const uint32_t value = *fault;
  const std::unique_ptr<Commands> commands = framework_->commands();
  if (commands && encode(placement, {first, node + 1}, Again::yes, *commands)) {
    const std::string problem = commands->finish();
    scratch_.reset();
    if (!problem.empty()) return failure(Code::device, static_cast<int32_t>(node), "%s", problem.c_str());
  }
  const OpSpec& op = *placement.run.program->nodes[node].op;
  const std::string text = explain_[node] ? explain_[node](value) : std::string("bad data");
  return failure(Code::kernel, static_cast<int32_t>(node), "%s: %s", op.name, text.c_str());
}

}  // namespace vmm::metal

namespace vmm {

std::unique_ptr<Device> startDevice(std::string& why) {
  std::unique_ptr<metal::Framework> framework = metal::startFramework(why);
  if (!framework) return nullptr;
  return std::make_unique<metal::MetalDevice>(std::move(framework));
}

}  // namespace vmm
