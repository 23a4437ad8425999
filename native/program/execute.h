// One run of one program.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "native/cpu/runtime/run_parallel.h"
#include "native/cpu/runtime/workers.h"
#include "native/memory/demand.h"
#include "native/memory/tensors.h"
#include "native/program/program.h"

namespace vmm {

// What a slot is bound to: one of the two, or neither for an input.
struct Binding {
  std::shared_ptr<const Weight> weight;
  std::shared_ptr<State> state;
  bool writes = false;  // to the state
};

// Pages that a device can share: a whole block of memory. Of no bytes when a tensor lies in no pages.
struct Extent {
  std::byte* base = nullptr;
  size_t bytes = 0;
};

struct Output {
  const std::byte* data;
  size_t bytes;
};

struct Run {
  std::shared_ptr<const Program> program;
  std::vector<Binding> bindings;
  std::vector<double> scalars;
  const KernelSet* set = nullptr;  // the best when null
  int threads = 0;                 // all when 0
  bool onDevice = false;           // on the device of this build, where it starts
  Region host;                     // copies of the inputs, then the outputs
  std::atomic<bool> cancel{false};

  Status status;
  std::vector<Output> outputs;  // in `host`
};

inline constexpr size_t kMostArgumentBytes =
    kMaxTensors * sizeof(View) + kMaxRuns * sizeof(double) + kMaxAttrs * sizeof(uint32_t);

// badFile, with its path, for a mapped file that has lost some of its bytes.
Status wholeness(const MappedFile& file);
// The same of all files that the run reads.
Status wholeness(const Run& run);

// Lays out the argument struct of a kernel: views, run parameters, attributes.
void writeArguments(const Run& run, const Node& node, std::span<const View> views, std::byte* at);

class Device;

// The processor as programs use it, its threads and the memory that is kept between runs, and the device that
// shares its memory. One run at a time. Of the memory, what the last runs did not come near to is given back.
class Machine {
 public:
  // `onDeviceStart` is called once the device has started, if ever.
  explicit Machine(int threads, void (*onDeviceStart)() = nullptr);
  ~Machine();

  int threads() const { return workers_.width(); }
  // Checks the run and executes it; states change only when all of it succeeded.
  void execute(Run& run);
  // The device, begun at its first use; null, with the reason in `why`, where it does not start.
  Device* device(std::string& why);
  // How many runs it has executed, and how many of those that asked for it the CPU took over.
  uint64_t deviceRuns() const { return deviceRuns_.load(std::memory_order_relaxed); }
  uint64_t takenOver() const { return takenOver_.load(std::memory_order_relaxed); }

 private:
  Status prepare(Run& run);
  Status compute(Run& run);
  Status computeOnCpu(Run& run);
  void endRun();
  void endPeriod();

  Workers workers_;
  KernelMemory memory_;
  Region arena_;
  Demand arenaDemand_;
  std::chrono::steady_clock::time_point periodBegan_{};
  uint64_t runs_ = 0;
  std::vector<std::byte*> bases_;  // by buffer
  std::vector<Extent> extents_;    // by buffer
  std::vector<View> views_;        // by tensor
  void (*onDeviceStart_)();
  std::unique_ptr<Device> device_;
  std::string deviceProblem_;
  bool deviceTried_ = false;
  std::atomic<uint64_t> deviceRuns_{0}, takenOver_{0};
};

// The best set of this machine, or the named one; null when it is not available here.
const KernelSet* kernelSet(const char* name);

}  // namespace vmm
