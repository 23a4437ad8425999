// One run of one program.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "native/cpu/runtime/run_parallel.h"
#include "native/cpu/runtime/workers.h"
#include "native/memory/tensors.h"
#include "native/program/program.h"

namespace vmm {

// What a slot is bound to: one of the two, or neither for an input.
struct Binding {
  std::shared_ptr<const Weight> weight;
  std::shared_ptr<State> state;
  bool writes = false;  // to the state
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
  Region host;                     // copies of the inputs, then the outputs
  std::atomic<bool> cancel{false};

  Status status;
  std::vector<Output> outputs;  // in `host`
};

// The processor as programs use it: its threads and the memory that is kept between runs. One run at a time.
class Machine {
 public:
  explicit Machine(int threads) : workers_(threads), memory_(threads) {}

  int threads() const { return workers_.width(); }
  // Checks the run and executes it; states change only when all of it succeeded.
  void execute(Run& run);

 private:
  Status prepare(Run& run);
  Status compute(Run& run);

  Workers workers_;
  KernelMemory memory_;
  Region arena_;
  std::vector<std::byte*> bases_;  // by buffer
  std::vector<View> views_;        // by tensor
};

// The best set of this machine, or the named one; null when it is not available here.
const KernelSet* kernelSet(const char* name);

}  // namespace vmm
