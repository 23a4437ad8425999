#include "native/metal_emulated/device.h"

#include <cstring>

#include "native/metal/arguments.h"
#include "native/metal_emulated/dispatch.h"
#include "native/metal_emulated/staging.h"

namespace vmm::emulated {
namespace {

// A block with its shadow, of which there is none in plain runs.
struct Tracked {
  Tracked(size_t bytes, std::string name, bool checked)
      : block(bytes, std::move(name)), shadow(checked ? std::make_unique<Shadow>(bytes, 4) : nullptr) {}

  void fill(const void* from) {
    std::memcpy(block.data(), from, block.bytes());
    if (shadow) shadow->initialise(0, block.bytes());
  }
  DeviceMemory memory(bool counted) {
    return {block.data(), block.bytes(), block.name(), counted, shadow.get()};
  }

  Block block;
  std::unique_ptr<Shadow> shadow;
};

// Executes the dispatches of one op.
class OpEncoder final : public metal::Encoder {
 public:
  OpEncoder(const OpSpec& op, const void* args, uint64_t seed, Library& library, Stacks& stacks)
      : op_(op),
        args_(static_cast<const std::byte*>(args), static_cast<const std::byte*>(args) + op.argBytes),
        library_(library),
        execution_{stacks, Random(seed)},
        staging_(op, static_cast<const View*>(args), library.checked()),
        fault_(sizeof(kNoFault), "the fault word", library.checked()) {
    fault_.fill(&kNoFault);
  }

  void* args() { return args_.data(); }
  const Execution& execution() const { return execution_; }

  void scratch(size_t bytes) override {
    scratch_.push_back(
        std::make_unique<Tracked>(bytes, "scratch " + std::to_string(scratch_.size()), library_.checked()));
  }
  void refuse(std::string why) override { execution_.problems.add(std::move(why)); }
  void onFault(std::function<std::string(uint32_t)> explain) override { explain_ = std::move(explain); }

  void dispatch(const metal::Dispatch& dispatch) override {
    if (!metal::packArguments(op_, args_.data(), packed_))
      return refuse(std::string("a size of ") + op_.name + " is too large");
    Tracked arguments(packed_.size(), "the arguments", library_.checked());
    arguments.fill(packed_.data());
    execute(library_, dispatch, bindings(arguments), execution_);
  }

  // Copies the results back; gives what a kernel said of bad data, or an empty string.
  std::string finish() {
    Problems& problems = execution_.problems;
    uint32_t fault;
    std::memcpy(&fault, fault_.block.data(), sizeof(fault));
    if (fault != kNoFault) problems.forgetRaces();
    staging_.finish(problems, fault == kNoFault && problems.none());
    for (const auto& tracked : scratch_)
      if (!tracked->block.intact()) problems.add("write out of bounds: beside " + tracked->block.name());
    if (fault == kNoFault) return {};
    return explain_ ? explain_(fault) : std::string(op_.name) + " found bad data";
  }

 private:
  static constexpr uint32_t kNoFault = UINT32_MAX;

  Bindings bindings(Tracked& arguments) {
    Bindings b;
    const auto bind = [&b](size_t index, Tracked& tracked, bool counted) {
      b.buffers[index] = tracked.block.data();
      b.memory.push_back(tracked.memory(counted));
    };
    bind(0, arguments, false);
    bind(metal::kFaultBuffer, fault_, false);
    const auto* views = reinterpret_cast<const View*>(args_.data());
    size_t next = metal::kFirstTensor;
    for (int i = 0; i < op_.inputs + op_.outputs; ++i)
      b.buffers[next++] = staging_.addressOf(i, views[i].data);
    staging_.forBlocks([&b](Block& block, Shadow* shadow) {
      b.memory.push_back({block.data(), block.bytes(), block.name(), true, shadow});
    });
    for (const auto& tracked : scratch_) bind(next++, *tracked, true);
    return b;
  }

  const OpSpec& op_;
  std::vector<std::byte> args_;
  Library& library_;
  Execution execution_;
  Staging staging_;
  Tracked fault_;
  std::vector<std::unique_ptr<Tracked>> scratch_;
  std::vector<std::byte> packed_;
  std::function<std::string(uint32_t)> explain_;
};

}  // namespace

Library* Device::library(const std::string& path, std::string& problem) {
  auto& library = libraries_[path];
  if (!library) library = Library::open(path, Threadgroup::hooks(), problem);
  return library.get();
}

void Device::execute(const OpSpec& op, uint32_t number, const void* args, Parallel& parallel) {
  const metal::Launch launch = metal::launchOf(number);
  if (!launch) return parallel.fail("%s has no Metal kernel", op.name);
  if (!stacks_) return parallel.fail("no memory for the stacks of threads");
  std::string problem;
  Library* found = library(options.libraries + "/" + op.name + ".so", problem);
  if (!found) return parallel.fail("%s", problem.c_str());
  OpEncoder encoder(op, args, options.seed, *found, stacks_);
  launch(encoder.args(), encoder);
  const std::string fault = encoder.finish();
  keep(encoder.execution());
  const std::vector<std::string>& problems = encoder.execution().problems.messages();
  if (!problems.empty())
    parallel.fail("%s", problems.front().c_str());
  else if (!fault.empty())
    parallel.fail("%s", fault.c_str());
}

void Device::dispatch(Library& library, const metal::Dispatch& dispatch, std::span<HostBuffer> buffers) {
  Execution execution{stacks_, Random(options.seed)};
  std::vector<std::unique_ptr<Tracked>> copies;
  Bindings bindings;
  for (const HostBuffer& buffer : buffers) {
    auto& copy = copies.emplace_back(std::make_unique<Tracked>(
        buffer.bytes.size(), "buffer " + std::to_string(buffer.index), library.checked()));
    if (buffer.initialised) copy->fill(buffer.bytes.data());
    bindings.buffers[buffer.index] = copy->block.data();
    bindings.memory.push_back(copy->memory(true));
  }
  emulated::execute(library, dispatch, bindings, execution);
  for (size_t i = 0; i < copies.size(); ++i) {
    std::memcpy(buffers[i].bytes.data(), copies[i]->block.data(), buffers[i].bytes.size());
    if (!copies[i]->block.intact())
      execution.problems.add("write out of bounds: beside " + copies[i]->block.name());
  }
  keep(execution);
}

void Device::keep(const Execution& execution) {
  const std::vector<std::string>& found = execution.problems.messages();
  problems.insert(problems.end(), found.begin(), found.end());
  dispatches.insert(dispatches.end(), execution.counters.begin(), execution.counters.end());
}

Device& device() {
  static Device device;
  return device;
}

}  // namespace vmm::emulated
