#include "native/program/execute.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "native/program/device.h"

namespace vmm {
namespace {

// How long the memory of a large run is kept for the next one, and how often the time is asked for: after
// short runs it would show.
constexpr auto kPeriod = std::chrono::seconds(1);
constexpr uint64_t kRunsBetweenLooks = 16;

// Stands for memory of zero bytes: a view without data means that the tensor was not given.
alignas(kAlignment) std::byte nothing[kAlignment];

Status refuse(const char* what, size_t index, const char* why) {
  return failure(Code::badArgument, -1, "%s %zu %s", what, index, why);
}

std::byte* memoryOf(const Run& run, size_t index) {
  const Slot& slot = run.program->slots[index];
  const Binding& b = run.bindings[index];
  if (slot.kind == SlotKind::input) return run.host.data() + slot.offset;
  // Slots that bind weights are never written: verify() saw to it.
  return b.state ? b.state->data() : const_cast<std::byte*>(b.weight->data());
}

Status checkSlots(const Run& run) {
  const Program& p = *run.program;
  if (run.bindings.size() != p.slots.size())
    return failure(Code::badArgument, -1, "%zu slots given; the program has %zu", run.bindings.size(),
                   p.slots.size());
  if (run.scalars.size() != p.scalars)
    return failure(Code::badArgument, -1, "%zu scalars given; the program has %u", run.scalars.size(),
                   p.scalars);
  for (size_t i = 0; i < p.slots.size(); ++i) {
    const Slot& slot = p.slots[i];
    const Binding& b = run.bindings[i];
    if (slot.kind == SlotKind::input) continue;
    if (!b.state && !b.weight) return refuse("slot", i, "is not bound to memory");
    if (!b.state && slot.kind == SlotKind::state) return refuse("slot", i, "must be bound to a state");
    if ((b.state ? b.state->bytes() : b.weight->bytes()) != slot.bytes)
      return refuse("slot", i, "is bound to memory of another size");
    if (slot.doubled && slot.bytes && !b.state->next())
      return refuse("slot", i, "has no memory for its next version");
    if (reinterpret_cast<uintptr_t>(memoryOf(run, i)) % slot.align)
      return refuse("slot", i, "is bound to memory that is not aligned");
  }
  return {};
}

// How many rows of the tensor this run uses.
Status liveRows(const Run& run, size_t index, int64_t& rows) {
  const Tensor& t = run.program->tensors[index];
  const double live = run.scalars[static_cast<size_t>(t.live)];
  if (live != std::floor(live) || live < static_cast<double>(t.leastLive) ||
      live > static_cast<double>(t.view.dim[0]))
    return failure(Code::badArgument, -1, "scalar %d is %g; expected a whole number from %lld to %lld",
                   t.live, live, static_cast<long long>(t.leastLive), static_cast<long long>(t.view.dim[0]));
  rows = static_cast<int64_t>(live);
  return {};
}

Extent extentOf(const Run& run, size_t index) {
  const Binding& b = run.bindings[index];
  if (run.program->slots[index].kind == SlotKind::input) return {run.host.data(), run.host.bytes()};
  if (b.state) return {b.state->data(), b.state->bytes()};
  return {const_cast<std::byte*>(b.weight->base()), b.weight->baseBytes()};
}

}  // namespace

Status wholeness(const MappedFile& file) {
  if (file.whole()) return {};
  return {Code::badFile, -1,
          file.path() + ": the file lost some of its bytes while it was mapped; open it again"};
}

Status wholeness(const Run& run) {
  const MappedFile* last = nullptr;  // a model's weights lie in one file, mostly
  for (const Binding& b : run.bindings) {
    const MappedFile* file = b.weight ? b.weight->file() : nullptr;
    if (!file || file == last) continue;
    if (Status s = wholeness(*file); !s.ok()) return s;
    last = file;
  }
  return {};
}

void writeArguments(const Run& run, const Node& node, std::span<const View> views, std::byte* at) {
  static constexpr View kAbsent{};
  const Program& p = *run.program;
  for (const int32_t t : p.tensorsOf(node)) {
    std::memcpy(at, t < 0 ? &kAbsent : &views[static_cast<size_t>(t)], sizeof(View));
    at += sizeof(View);
  }
  for (int i = 0; i < node.op->runs; ++i) {
    std::memcpy(at, &run.scalars[p.nodeRuns[node.runs + i]], sizeof(double));
    at += sizeof(double);
  }
  for (int i = 0; i < node.op->attrs; ++i, at += sizeof(uint32_t))
    std::memcpy(at, &p.nodeAttrs[node.attrs + i], sizeof(uint32_t));
}

const KernelSet* kernelSet(const char* name) {
  // Asking the processor is slow on virtual machines, so it is asked once.
  static const uint32_t supported = [] {
    uint32_t bits = 0;
    for (int i = 0; i < kKernelSetCount; ++i) bits |= static_cast<uint32_t>(kKernelSets[i].supported()) << i;
    return bits;
  }();
  for (int i = kKernelSetCount - 1; i >= 0; --i)
    if ((supported >> i & 1) && (!name || std::strcmp(kKernelSets[i].name, name) == 0))
      return &kKernelSets[i];
  return nullptr;
}

Machine::Machine(int threads, void (*onDeviceStart)())
    : workers_(threads), memory_(threads), onDeviceStart_(onDeviceStart) {}

Machine::~Machine() = default;

Device* Machine::device(std::string& why) {
  if (!deviceTried_) {
    device_ = startDevice(deviceProblem_);
    if (device_ && onDeviceStart_) onDeviceStart_();
  }
  deviceTried_ = true;
  why = deviceProblem_;
  return device_.get();
}

void Machine::execute(Run& run) {
  run.status = prepare(run);
  if (run.status.ok()) {
    run.status = compute(run);
    // Whatever was computed from a file that lost its bytes, an error among it, is not what the file says.
    if (Status s = wholeness(run); !s.ok()) run.status = std::move(s);
  }
  endRun();
  if (!run.status.ok()) return;
  const Program& p = *run.program;
  for (size_t i = 0; i < p.slots.size(); ++i)
    if (p.slots[i].doubled) run.bindings[i].state->commit();
  run.outputs.reserve(p.outputs.size());
  for (const uint32_t t : p.outputs) {
    const View& v = views_[t];
    run.outputs.push_back(
        {static_cast<const std::byte*>(v.data), static_cast<size_t>(v.count() * bytesOf(v.dtype))});
  }
}

void Machine::endRun() {
  if (++runs_ % kRunsBetweenLooks) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - periodBegan_ < kPeriod) return;
  periodBegan_ = now;
  endPeriod();
}

void Machine::endPeriod() {
  if (arenaDemand_.isFarBelow(arena_.bytes())) {
    arena_ = Region();
    // Should there be none, the next run asks again.
    arena_ = Region::pages(arenaDemand_.most(), Purpose::scratch);
  }
  arenaDemand_.endPeriod();
  memory_.endPeriod();
  if (device_) device_->endPeriod();
}

// Checks what the run was given and finds the address of every tensor.
Status Machine::prepare(Run& run) {
  const Program& p = *run.program;
  if (run.cancel.load(std::memory_order_relaxed))
    return failure(Code::cancelled, -1, "the run was cancelled");
  if (Status s = checkSlots(run); !s.ok()) return s;
  if (Status s = wholeness(run); !s.ok()) return s;
  arenaDemand_.note(p.scratchBytes);
  if (arena_.bytes() < p.scratchBytes) {
    arena_ = Region();
    arena_ = Region::pages(p.scratchBytes, Purpose::scratch);
    if (!arena_)
      return failure(Code::outOfMemory, -1, "no memory for %llu bytes of scratch",
                     static_cast<unsigned long long>(p.scratchBytes));
  }
  bases_.resize(p.buffers.size());
  extents_.assign(p.buffers.size(), {});
  for (size_t i = 0; i < p.buffers.size(); ++i) {
    const Buffer& b = p.buffers[i];
    std::byte* base = nullptr;
    switch (b.kind) {
      case BufferKind::scratch:
        base = arena_ ? arena_.data() + b.offset : nullptr;
        extents_[i] = {arena_.data(), arena_.bytes()};
        break;
      case BufferKind::slot:
        base = memoryOf(run, b.index);
        extents_[i] = extentOf(run, b.index);
        break;
      case BufferKind::next:
        base = run.bindings[b.index].state->next();
        extents_[i] = {base, run.bindings[b.index].state->bytes()};
        break;
      case BufferKind::output:
        base = run.host.data() + b.offset;
        extents_[i] = {run.host.data(), run.host.bytes()};
        break;
      case BufferKind::constant:
        base = p.constants.data() ? p.constants.data() + b.index : nullptr;
        extents_[i] = {p.constants.data(), p.constants.bytes()};
        break;
    }
    bases_[i] = base ? base : nothing;
  }
  views_.resize(p.tensors.size());
  for (size_t i = 0; i < p.tensors.size(); ++i) {
    const Tensor& t = p.tensors[i];
    View& v = views_[i] = t.view;
    v.data = bases_[t.buffer] + t.byteOffset;
    if (t.live < 0) continue;
    if (Status s = liveRows(run, i, v.dim[0]); !s.ok()) return s;
  }
  // What a replacing write leaves out keeps its old value.
  for (size_t i = 0; i < p.slots.size(); ++i)
    if (p.slots[i].carried && p.slots[i].bytes)
      std::memcpy(run.bindings[i].state->next(), run.bindings[i].state->data(), p.slots[i].bytes);
  return {};
}

Status Machine::compute(Run& run) {
  std::string why;
  Device* device = run.onDevice ? this->device(why) : nullptr;
  if (device) {
    if (auto status = device->compute({run, views_, extents_})) {
      deviceRuns_.fetch_add(1, std::memory_order_relaxed);
      return *status;
    }
  }
  if (run.onDevice) takenOver_.fetch_add(1, std::memory_order_relaxed);
  return computeOnCpu(run);
}

Status Machine::computeOnCpu(Run& run) {
  const Program& p = *run.program;
  const int threads = run.threads > 0 ? std::min(run.threads, workers_.width()) : workers_.width();
  RunParallel parallel(workers_, memory_, run.cancel, threads);
  alignas(View) std::byte args[kMostArgumentBytes];
  for (uint32_t i = 0; i < p.nodes.size(); ++i) {
    const Node& node = p.nodes[i];
    if (i == p.firstUninterruptible) {
      parallel.refuseCancellation();
      if (Status s = wholeness(run); !s.ok()) return s;
    }
    writeArguments(run, node, views_, args);
    run.set->kernels[node.number](args, parallel);
    memory_.reset();
    const auto number = static_cast<int32_t>(i);
    if (parallel.failed())
      return failure(parallel.outOfMemory() ? Code::outOfMemory : Code::kernel, number, "%s: %s",
                     node.op->name, parallel.message());
    if (parallel.cancelled()) return failure(Code::cancelled, number, "the run was cancelled");
  }
  return {};
}

}  // namespace vmm
