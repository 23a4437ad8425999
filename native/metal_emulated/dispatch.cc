#include "native/metal_emulated/dispatch.h"

#include <numeric>

namespace vmm::emulated {

void execute(Library& library, const metal::Dispatch& d, const Bindings& bindings, Execution& execution) {
  Problems& problems = execution.problems;
  const vmm_kernel* kernel = library.find(d.kernel);
  const uint64_t threads = uint64_t{d.threads[0]} * d.threads[1] * d.threads[2];
  const uint64_t groups = uint64_t{d.groups[0]} * d.groups[1] * d.groups[2];
  if (!kernel) return problems.add(std::string("no kernel ") + d.kernel);
  if (threads == 0 || threads > kMostThreads || threads % kVmmLanes != 0)
    return problems.add(std::to_string(threads) + " threads in a threadgroup of " + d.kernel);
  if (!library.specialise(d.constants))
    return problems.add(std::string("function constants of ") + d.kernel + ": other than the launch thinks");
  if (groups == 0 || !problems.none()) return;

  Counters& counters = execution.counters.emplace_back();
  counters.kernel = d.kernel;
  Checker checker(problems, counters, library);
  for (const DeviceMemory& m : bindings.memory)
    if (m.shadow) checker.add(m.data, m.bytes, Space::device, m.counted, m.name, m.shadow);
  checker.beginDispatch(execution.nextGroup);
  const Work work{library,  *kernel,   bindings.buffers,
                  d.groups, d.threads, library.checked() ? &checker : nullptr};
  Threadgroup threadgroup(work, execution.stacks, execution.random, problems, counters);
  std::vector<uint64_t> order(groups);
  std::iota(order.begin(), order.end(), uint64_t{0});
  execution.random.arrange(std::span<uint64_t>(order));
  for (const uint64_t i : order) {
    const std::array position = {static_cast<uint32_t>(i % d.groups[0]),
                                 static_cast<uint32_t>(i / d.groups[0] % d.groups[1]),
                                 static_cast<uint32_t>(i / d.groups[0] / d.groups[1])};
    if (!threadgroup.run(position, execution.nextGroup++)) return;
  }
}

}  // namespace vmm::emulated
