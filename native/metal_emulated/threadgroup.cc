#include "native/metal_emulated/threadgroup.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

namespace vmm::emulated {
namespace {

// Between arrays of threadgroup memory, so that a write that misses one is seen.
constexpr size_t kGap = 64;
constexpr size_t kArena = 4 * kMostThreadgroupBytes;

thread_local Threadgroup* running = nullptr;

constexpr std::array kSpaceFlags = {std::pair{Space::device, 1u}, std::pair{Space::threadgroup, 2u}};

}  // namespace

Threadgroup::Threadgroup(const Work& work, Stacks& stacks, Random& random, Problems& problems,
                         Counters& counters)
    : work_(work),
      stacks_(stacks),
      random_(random),
      problems_(problems),
      counters_(counters),
      threads_(work.threads[0] * work.threads[1] * work.threads[2]),
      simdgroups_(threads_.size() / kVmmLanes),
      order_(simdgroups_.size()),
      arena_(kArena) {
  std::iota(order_.begin(), order_.end(), 0u);
  std::iota(lanes_.begin(), lanes_.end(), uint8_t{0});
  const auto& groups = work.groups;
  const auto& size = work.threads;
  for (uint32_t i = 0; i < threads_.size(); ++i) {
    vmm_thread& told = threads_[i].told;
    std::copy(work.buffers.begin(), work.buffers.end(), told.buffer);
    const uint32_t at[3] = {i % size[0], i / size[0] % size[1], i / size[0] / size[1]};
    for (size_t k = 0; k < 3; ++k) {
      told.thread_position_in_threadgroup[k] = at[k];
      told.threads_per_threadgroup[k] = size[k];
      told.threadgroups_per_grid[k] = groups[k];
      told.threads_per_grid[k] = groups[k] * size[k];
    }
    told.thread_index_in_threadgroup[0] = i;
    told.thread_index_in_simdgroup[0] = i % kVmmLanes;
    told.simdgroup_index_in_threadgroup[0] = i / kVmmLanes;
    told.simdgroups_per_threadgroup[0] = static_cast<uint32_t>(simdgroups_.size());
    told.threads_per_simdgroup[0] = kVmmLanes;
  }
}

bool Threadgroup::run(const std::array<uint32_t, 3>& position, uint32_t number) {
  start(position);
  if (work_.checker) work_.checker->beginGroup(number);
  running = this;
  schedule();
  running = nullptr;
  if (!failed_) checkArrays();
  counters_.threadgroups += 1;
  counters_.threads += threads_.size();
  counters_.threadgroupBytes = std::max<uint64_t>(counters_.threadgroupBytes, arrayBytes_);
  return !failed_;
}

void Threadgroup::start(const std::array<uint32_t, 3>& position) {
  for (uint32_t i = 0; i < threads_.size(); ++i) {
    Thread& thread = threads_[i];
    for (size_t k = 0; k < 3; ++k) {
      thread.told.threadgroup_position_in_grid[k] = position[k];
      thread.told.thread_position_in_grid[k] =
          position[k] * work_.threads[k] + thread.told.thread_position_in_threadgroup[k];
    }
    thread.stack = stacks_.prepare(static_cast<int>(i), entry);
    thread.state = State::ready;
  }
  for (Simdgroup& simdgroup : simdgroups_) simdgroup.epoch = {};
  epoch_ = {};
  arraysLive_ = arrayBytes_ = 0;
  live_ = static_cast<uint32_t>(threads_.size());
  failed_ = false;
}

void Threadgroup::schedule() {
  while (live_ > 0 && !failed_) {
    bool progress = false;
    random_.arrange(std::span<uint32_t>(order_));
    for (const uint32_t simdgroup : order_) {
      progress |= runSimdgroup(simdgroup);
      if (failed_) return;
    }
    progress |= passBarrier();
    if (!progress) return reportStuck();
  }
}

// Runs the lanes of a simdgroup until none can go on, or its turn is over.
bool Threadgroup::runSimdgroup(uint32_t number) {
  bool progress = false;
  for (int turns = random_.turns(); turns > 0; --turns) {
    bool ran = false;
    random_.arrange(std::span<uint8_t>(lanes_));
    for (const uint8_t lane : lanes_) {
      const uint32_t thread = number * kVmmLanes + lane;
      if (threads_[thread].state != State::ready) continue;
      resume(thread);
      ran = true;
      if (failed_) return true;
    }
    ran |= meet(number);
    if (!ran) break;
    progress = true;
  }
  return progress;
}

// Lets the lanes go on when all of them wait at one operation of the simdgroup.
bool Threadgroup::meet(uint32_t number) {
  const std::span lanes(threads_.data() + number * kVmmLanes, kVmmLanes);
  const Thread& first = lanes.front();
  if (first.state != State::exchange && first.state != State::simdBarrier) return false;
  for (const Thread& lane : lanes)
    if (lane.state != first.state || lane.site != first.site) return false;
  Simdgroup& simdgroup = simdgroups_[number];
  if (first.state == State::exchange) {
    ++simdgroup.meetings;
    ++counters_.simdOperations;
  } else {
    for (const auto& [space, flag] : kSpaceFlags)
      if (first.memory & flag) ++simdgroup.epoch[static_cast<size_t>(space)];
  }
  for (Thread& lane : lanes) lane.state = State::ready;
  return true;
}

// Lets all threads go on when they wait at one barrier.
bool Threadgroup::passBarrier() {
  const Thread& first = threads_.front();
  for (const Thread& thread : threads_)
    if (thread.state != State::barrier || thread.site != first.site) return false;
  for (const auto& [space, flag] : kSpaceFlags)
    if (first.memory & flag) ++epoch_[static_cast<size_t>(space)];
  ++counters_.barriers;
  for (Thread& thread : threads_) thread.state = State::ready;
  return true;
}

void Threadgroup::reportStuck() {
  failed_ = true;
  const auto waiting =
      std::find_if(threads_.begin(), threads_.end(), [](const Thread& t) { return t.state != State::done; });
  const auto differs = [&](const Thread& t) { return t.state == State::done || t.site != waiting->site; };
  // Lanes of one simdgroup explain more than threads that are far apart.
  const auto simdgroup = threads_.begin() + (waiting - threads_.begin()) / kVmmLanes * kVmmLanes;
  auto other = std::find_if(simdgroup, simdgroup + kVmmLanes, differs);
  if (other == simdgroup + kVmmLanes) other = std::find_if(threads_.begin(), threads_.end(), differs);
  std::string text = nameOf(static_cast<uint32_t>(waiting - threads_.begin())) + " waits here";
  if (other != threads_.end()) {
    text += ", " + nameOf(static_cast<uint32_t>(other - threads_.begin()));
    text += other->state == State::done ? " has returned" : " at " + work_.library.lineOf(other->site);
  }
  const bool barrier = waiting->state == State::barrier;
  problems_.add(work_.library,
                barrier ? "barrier that not all threads reach" : "operation that not all lanes reach",
                waiting->site, text);
}

void Threadgroup::resume(uint32_t thread) {
  current_ = thread;
  vmm_switch_fiber(&scheduler_, threads_[thread].stack);
}

void Threadgroup::wait(State state, const void* site, uint32_t memory) {
  Thread& thread = threads_[current_];
  thread.state = state;
  thread.site = site;
  thread.memory = memory;
  vmm_switch_fiber(&thread.stack, scheduler_);
}

void Threadgroup::abandon() {
  failed_ = true;
  wait(State::done, nullptr, 0);
  std::abort();  // nobody resumes it
}

void Threadgroup::entry() {
  Threadgroup& self = *running;
  Thread& thread = self.threads_[self.current_];
  self.work_.kernel.run(&thread.told);
  --self.live_;
  self.wait(State::done, nullptr, 0);
  std::abort();  // nobody resumes it
}

Moment Threadgroup::now() const {
  const Simdgroup& simdgroup = simdgroups_[current_ / kVmmLanes];
  return {current_, {epoch_[0], epoch_[1]}, {simdgroup.epoch[0], simdgroup.epoch[1]}};
}

const vmm_hooks* Threadgroup::hooks() {
  static constexpr vmm_hooks hooks = {onBarrier, onExchange, onLane, onMemory, onAccess, onFault};
  return &hooks;
}

void Threadgroup::onBarrier(int kind, unsigned memory, const void* site) {
  running->wait(kind == kVmmThreadgroupBarrier ? State::barrier : State::simdBarrier, site, memory);
}

const void* Threadgroup::onExchange(const void* mine, const void* site) {
  Threadgroup& self = *running;
  Simdgroup& simdgroup = self.simdgroups_[self.current_ / kVmmLanes];
  auto& values = simdgroup.values[simdgroup.meetings % 2];
  std::memcpy(values[self.current_ % kVmmLanes], mine, sizeof(values[0]));
  self.wait(State::exchange, site, 0);
  return values;
}

unsigned Threadgroup::onLane() { return running->current_ % kVmmLanes; }

void* Threadgroup::onMemory(unsigned number, unsigned long bytes, unsigned long grain, const char* name,
                            const void* site) {
  return running->arrayAt(number, bytes, grain, name, site);
}

void* Threadgroup::arrayAt(uint32_t number, size_t bytes, size_t grain, const char* name, const void* site) {
  for (size_t i = 0; i < arraysLive_; ++i)
    if (arrays_[i].number == number) return arrays_[i].data;
  const Array* before = arraysLive_ ? &arrays_[arraysLive_ - 1] : nullptr;
  const size_t used = before ? static_cast<size_t>(before->data - arena_.data()) + before->bytes : 0;
  const size_t at = (used + 2 * kGap - 1) / kGap * kGap;
  arrayBytes_ += bytes;
  if (arrayBytes_ > kMostThreadgroupBytes) {
    problems_.add(work_.library, "too much threadgroup memory", site,
                  std::to_string(arrayBytes_) + " bytes with " + name + "; there are " +
                      std::to_string(kMostThreadgroupBytes));
    abandon();
  }
  // Threads come to the declarations of a kernel in one order, so what a group before has made is found
  // again.
  if (arraysLive_ == arrays_.size())
    arrays_.push_back({number, arena_.data() + at, bytes, name,
                       work_.checker ? std::make_unique<Shadow>(bytes, grain) : nullptr});
  Array& array = arrays_[arraysLive_++];
  std::memset(array.data, kPoison, bytes + kGap);
  if (work_.checker)
    work_.checker->add(array.data, bytes, Space::threadgroup, false, array.name, array.shadow.get());
  return array.data;
}

// What lies behind an array is still poison.
void Threadgroup::checkArrays() {
  for (size_t i = 0; i < arraysLive_; ++i)
    for (size_t k = 0; k < kGap; ++k)
      if (arrays_[i].data[arrays_[i].bytes + k] != std::byte{kPoison})
        return problems_.add(work_.library.lineOf(nullptr) + ": write out of bounds: behind " +
                             arrays_[i].name);
}

void Threadgroup::onAccess(const void* address, unsigned long bytes, int kind, const void* site) {
  Threadgroup& self = *running;
  if (!self.work_.checker) return;
  const int owner = self.stacks_.owner(address);
  if (owner == static_cast<int>(self.current_) || self.known(address)) return;
  const Checker::Verdict verdict = self.work_.checker->access(address, bytes, kind, site, self.now());
  const bool unknown = verdict == Checker::Verdict::unknown;
  // Constants of a kernel lie in its library.
  if (verdict == Checker::Verdict::good || (unknown && self.work_.library.contains(address))) return;
  if (unknown)
    self.problems_.add(
        self.work_.library, "access outside of all memory", site,
        self.nameOf(self.current_) + (owner < 0 ? "" : ", memory of thread " + std::to_string(owner)));
  self.abandon();
}

// Memory of the emulation itself: values that lanes exchange, what threads are told.
bool Threadgroup::known(const void* address) const {
  const auto within = [address](const auto& list) {
    return address >= list.data() && address < list.data() + list.size();
  };
  return within(simdgroups_) || within(threads_);
}

void Threadgroup::onFault(const char* what, const void* site) {
  running->problems_.add(running->work_.library, "undefined in Metal", site, what);
}

std::string Threadgroup::nameOf(uint32_t thread) const {
  return "thread " + std::to_string(thread) + " (simdgroup " + std::to_string(thread / kVmmLanes) +
         ", lane " + std::to_string(thread % kVmmLanes) + ")";
}

}  // namespace vmm::emulated
