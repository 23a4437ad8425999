// The place of Metal's framework: command buffers whose kernels are executed by this process.
#include "native/metal/framework.h"

#include <unistd.h>

#include <array>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>

#include "native/memory/region.h"
#include "native/metal_emulated/device.h"
#include "native/metal_emulated/staged_op.h"
#include "native/program/device.h"

namespace vmm::emulated {
namespace {

// Knows which blocks of pages were wrapped and are still there. The device is told of pages that go as well;
// this is to see that it has listened.
class Mapped final : public PageWatcher {
 public:
  Mapped() { watchPages(*this); }
  ~Mapped() { unwatchPages(*this); }
  // Gives a number to pages that have none. It is never given twice.
  uint64_t add(const std::byte* base) {
    std::lock_guard lock(mutex_);
    const auto [at, fresh] = bases_.insert({base, last_ + 1});
    if (fresh) ++last_;
    return at->second;
  }
  // 0 when the pages are gone.
  uint64_t numberOf(const std::byte* base) const {
    std::lock_guard lock(mutex_);
    const auto found = bases_.find(base);
    return found == bases_.end() ? 0 : found->second;
  }
  void unmapping(const std::byte* base) override {
    std::lock_guard lock(mutex_);
    bases_.erase(base);
  }

 private:
  mutable std::mutex mutex_;
  std::map<const std::byte*, uint64_t> bases_;
  uint64_t last_ = 0;
};

class SharedPages final : public metal::Buffer {
 public:
  SharedPages(std::byte* base, size_t bytes, Mapped& mapped)
      : base_(base), bytes_(bytes), mapped_(mapped), number_(mapped.add(base)) {}
  std::byte* at(size_t offset) const { return base_ + offset; }
  bool has(size_t offset, size_t count) const {
    return offset <= bytes_ && count <= bytes_ - offset && mapped_.numberOf(base_) == number_;
  }

 private:
  std::byte* base_;
  size_t bytes_;
  const Mapped& mapped_;
  uint64_t number_;
};

// The library is looked up when the kernel is executed: tests exchange libraries between runs.
struct Kernel final : public metal::Pipeline {
  Kernel(const char* op, const char* named, std::span<const int32_t> values)
      : ofOp(op), name(named), constants(values.begin(), values.end()) {}

  std::string ofOp, name;
  std::vector<int32_t> constants;
};

class EmulatedCommands final : public metal::Commands {
 public:
  EmulatedCommands() : execution_{device().stacks(), Random(device().options.seed)} {}

  void beginOp(const OpSpec& op, const View* views) override {
    pending_ = {};
    const Options& options = device().options;
    if (!options.staged) return;
    std::string problem;
    Library* library = device().libraryOf(op.name, problem);
    staged_.emplace(op, views, library && library->checked(), options.seed, device().stacks());
  }
  void endOp() override {
    if (!staged_) return;
    staged_->finish();
    keep(staged_->execution());
    staged_.reset();
  }

  void setPipeline(const metal::Pipeline& pipeline) override {
    pending_.kernel = &static_cast<const Kernel&>(pipeline);
  }
  void setBytes(uint32_t index, const void* bytes, size_t count) override {
    if (staged_) return staged_->bytes(index, bytes, count);
    const auto* first = static_cast<const std::byte*>(bytes);
    pending_.arguments.assign(first, first + count);
  }
  void setBuffer(uint32_t index, const metal::Buffer& buffer, size_t offset, size_t count) override {
    const auto& pages = static_cast<const SharedPages&>(buffer);
    if (!pages.has(offset, count) && problem_.empty())
      problem_ = "buffer " + std::to_string(index) + " reaches beyond its pages, or they are gone";
    std::byte* address = pages.at(offset);
    if (staged_) return staged_->buffer(index, address, count);
    pending_.buffers[index] = address;
  }
  void dispatch(const metal::Size& groups, const metal::Size& threads) override {
    const Kernel& kernel = *pending_.kernel;
    pending_.library = device().libraryOf(kernel.ofOp.c_str(), problem_);
    if (!pending_.library) return;
    pending_.dispatch = {kernel.name.c_str(), kernel.constants, groups, threads};
    if (staged_) return staged_->dispatch(*pending_.library, pending_.dispatch);
    waiting_.push_back(pending_);
  }

  // Nothing orders the dispatches since the last barrier.
  void barrier() override {
    std::vector<size_t> order(waiting_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    execution_.random.arrange(std::span<size_t>(order));
    for (const size_t i : order) {
      Pending& item = waiting_[i];
      Bindings bindings;
      bindings.buffers = item.buffers;
      bindings.buffers[0] = item.arguments.data();
      execute(*item.library, item.dispatch, bindings, execution_);
    }
    waiting_.clear();
  }
  std::string finish() override {
    if (problem_.empty()) barrier();
    keep(execution_);
    return problem_;
  }

 private:
  struct Pending {
    const Kernel* kernel = nullptr;
    Library* library = nullptr;
    metal::Dispatch dispatch{};
    std::array<void*, kVmmBuffers> buffers{};
    std::vector<std::byte> arguments;
  };

  void keep(const Execution& execution) {
    device().keep(execution);
    if (problem_.empty() && !execution.problems.none()) problem_ = execution.problems.messages().front();
  }

  Execution execution_;
  Pending pending_;
  std::vector<Pending> waiting_;
  std::optional<StagedOp> staged_;
  std::string problem_;
};

class EmulatedFramework final : public metal::Framework {
 public:
  std::string description() const override { return "Metal kernels executed on the CPU"; }

  std::unique_ptr<metal::Buffer> wrap(std::byte* base, size_t bytes) override {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    // As Metal would.
    if (bytes == 0 || reinterpret_cast<uintptr_t>(base) % page != 0) return nullptr;
    return std::make_unique<SharedPages>(base, bytes, mapped_);
  }
  std::unique_ptr<metal::Pipeline> pipeline(const char* op, const char* kernel,
                                            std::span<const int32_t> constants,
                                            std::string& problem) override {
    Library* library = device().libraryOf(op, problem);
    if (!library) return nullptr;
    if (library->find(kernel)) return std::make_unique<Kernel>(op, kernel, constants);
    problem = "there is none";
    return nullptr;
  }
  std::unique_ptr<metal::Commands> commands() override {
    ++device().commandBuffers;
    return device().stacks() ? std::make_unique<EmulatedCommands>() : nullptr;
  }
  double mostWork() const override { return device().options.mostWork; }

 private:
  Mapped mapped_;
};

}  // namespace
}  // namespace vmm::emulated

namespace vmm {

const char* const kDeviceName = "metal-emulated";

std::unique_ptr<metal::Framework> metal::startFramework(std::string&) {
  return std::make_unique<emulated::EmulatedFramework>();
}

}  // namespace vmm
