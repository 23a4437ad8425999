#include "native/metal_emulated/device.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "native/metal/arguments.h"
#include "native/metal_emulated/staging.h"

namespace vmm::emulated {
namespace {

// Executes the dispatches of one op.
class OpEncoder final : public metal::Encoder {
 public:
  OpEncoder(const OpSpec& op, const void* args, const Options& options, Library& library, Stacks& stacks)
      : op_(op),
        args_(static_cast<const std::byte*>(args), static_cast<const std::byte*>(args) + op.argBytes),
        original_(static_cast<const View*>(args)),
        library_(library),
        stacks_(stacks),
        random_(options.seed),
        staging_(op, original_, library.checked()) {}

  void* args() { return args_.data(); }
  const Problems& problems() const { return problems_; }
  std::vector<Counters>& counters() { return counters_; }

  void scratch(size_t bytes) override {
    scratch_.push_back(std::make_unique<Block>(bytes, "scratch " + std::to_string(scratch_.size())));
    scratchShadows_.push_back(library_.checked() ? std::make_unique<Shadow>(bytes, 4) : nullptr);
  }

  void refuse(std::string why) override { problems_.add(std::move(why)); }
  void onFault(std::function<std::string(uint32_t)> explain) override { explain_ = std::move(explain); }

  void dispatch(const metal::Dispatch& d) override {
    const vmm_kernel* kernel = library_.find(d.kernel);
    const uint64_t threads = uint64_t{d.threads[0]} * d.threads[1] * d.threads[2];
    const uint64_t groups = uint64_t{d.groups[0]} * d.groups[1] * d.groups[2];
    if (!kernel) return problems_.add(std::string("no kernel ") + d.kernel);
    if (threads == 0 || threads > kMostThreads || threads % kVmmLanes != 0)
      return problems_.add(std::to_string(threads) + " threads in a threadgroup of " + d.kernel);
    if (!library_.specialise(d.constants))
      return problems_.add(std::string("function constants of ") + d.kernel +
                           ": other than the launch thinks");
    if (!metal::packArguments(op_, args_.data(), packed_))
      return problems_.add(std::string("a size of ") + op_.name + " is too large");
    if (groups == 0 || !problems_.none()) return;
    Counters& counters = counters_.emplace_back();
    counters.kernel = d.kernel;
    Checker checker(problems_, counters, library_);
    const Work work{library_, *kernel,   buffers(checker),
                    d.groups, d.threads, library_.checked() ? &checker : nullptr};
    checker.beginDispatch(group_);
    Threadgroup threadgroup(work, stacks_, random_, problems_, counters);
    std::vector<uint64_t> order(groups);
    for (uint64_t i = 0; i < groups; ++i) order[i] = i;
    random_.arrange(std::span<uint64_t>(order));
    for (const uint64_t i : order) {
      const std::array position = {static_cast<uint32_t>(i % d.groups[0]),
                                   static_cast<uint32_t>(i / d.groups[0] % d.groups[1]),
                                   static_cast<uint32_t>(i / d.groups[0] / d.groups[1])};
      if (!threadgroup.run(position, group_++)) return;
    }
  }

  // Copies the results back; gives what a kernel said of bad data, or an empty string.
  std::string finish() {
    staging_.finish(problems_);
    for (const auto& block : scratch_)
      if (!block->intact()) problems_.add("write out of bounds: beside " + block->name());
    uint32_t fault;
    std::memcpy(&fault, fault_.data(), sizeof(fault));
    if (fault == UINT32_MAX) return {};
    return explain_ ? explain_(fault) : std::string(op_.name) + " found bad data";
  }

 private:
  // Where the buffers of a dispatch lie. The checker learns of them as well.
  std::array<void*, kVmmBuffers> buffers(Checker& checker) {
    std::array<void*, kVmmBuffers> list{};
    const auto bind = [&](size_t index, Block& block, Shadow& shadow) {
      list[index] = block.data();
      checker.add(block.data(), block.bytes(), Space::device, false, block.name(), &shadow);
    };
    argBlock_ = std::make_unique<Block>(packed_.size(), "arguments");
    argShadow_ = std::make_unique<Shadow>(packed_.size(), 4);
    std::memcpy(argBlock_->data(), packed_.data(), packed_.size());
    argShadow_->initialise(0, packed_.size());
    bind(0, *argBlock_, *argShadow_);
    faultShadow_.initialise(0, sizeof(uint32_t));
    bind(metal::kFaultBuffer, fault_, faultShadow_);
    const auto* views = reinterpret_cast<const View*>(args_.data());
    size_t next = metal::kFirstTensor;
    for (int i = 0; i < op_.inputs + op_.outputs; ++i, ++next)
      list[next] = staging_.addressOf(i, views[i].data);
    staging_.forBlocks([&](Block& block, Shadow* shadow) {
      if (shadow) checker.add(block.data(), block.bytes(), Space::device, true, block.name(), shadow);
    });
    for (size_t i = 0; i < scratch_.size(); ++i, ++next) {
      list[next] = scratch_[i]->data();
      if (scratchShadows_[i])
        checker.add(scratch_[i]->data(), scratch_[i]->bytes(), Space::device, true, scratch_[i]->name(),
                    scratchShadows_[i].get());
    }
    return list;
  }

  const OpSpec& op_;
  std::vector<std::byte> args_;
  const View* original_;
  Library& library_;
  Stacks& stacks_;
  Random random_;
  Problems problems_;
  std::vector<Counters> counters_;
  Staging staging_;
  std::vector<std::unique_ptr<Block>> scratch_;
  std::vector<std::unique_ptr<Shadow>> scratchShadows_;
  std::vector<std::byte> packed_;
  std::unique_ptr<Block> argBlock_;
  std::unique_ptr<Shadow> argShadow_;
  Block fault_{sizeof(uint32_t), "the fault word"};
  Shadow faultShadow_{sizeof(uint32_t), 4};
  std::function<std::string(uint32_t)> explain_;
  uint32_t group_ = 1;
};

}  // namespace

Library* Device::libraryOf(const std::string& op, std::string& problem) {
  const std::string path = options.libraries + "/" + op + ".so";
  auto& library = libraries_[path];
  if (!library) library = Library::open(path, Threadgroup::hooks(), problem);
  return library.get();
}

void Device::execute(const OpSpec& op, uint32_t number, const void* args, Parallel& parallel) {
  const metal::Launch launch = metal::launchOf(number);
  if (!launch) return parallel.fail("%s has no Metal kernel", op.name);
  if (!stacks_) return parallel.fail("no memory for the stacks of threads");
  std::string problem;
  Library* library = libraryOf(op.name, problem);
  if (!library) return parallel.fail("%s", problem.c_str());
  OpEncoder encoder(op, args, options, *library, stacks_);
  launch(encoder.args(), encoder);
  const std::string fault = encoder.finish();
  for (Counters& counters : encoder.counters()) dispatches.push_back(std::move(counters));
  const std::vector<std::string>& found = encoder.problems().messages();
  problems.insert(problems.end(), found.begin(), found.end());
  if (!found.empty())
    parallel.fail("%s", found.front().c_str());
  else if (!fault.empty())
    parallel.fail("%s", fault.c_str());
}

Device& device() {
  static Device device;
  return device;
}

}  // namespace vmm::emulated
