#include "native/memory/guarded_range.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

namespace vmm {

// Never freed: a handler may be looking at it. Used again once its range is gone.
struct GuardedRange::Entry {
  // Odd while begin and end change: a handler that saw another one before and after has read no range.
  std::atomic<uint64_t> version{0};
  std::atomic<uintptr_t> begin{0}, end{0};
  std::atomic<bool> faulted{false};
  Entry* next = nullptr;
  bool used = false;
};

namespace {

using Entry = GuardedRange::Entry;

static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<Entry*>::is_always_lock_free &&
              std::atomic<uint64_t>::is_always_lock_free);

std::atomic<Entry*> entries{nullptr};
uintptr_t pageSize;

// What has handled SIGBUS before. A handler may be reading it: it is never changed nor freed. Few are ever
// found.
struct Found {
  struct sigaction action;
  const Found* next;
};
std::atomic<const Found*> previous{nullptr};
// Under the mutex: all that were found.
const Found* known = nullptr;

std::mutex& mutex() {
  static std::mutex& only = *new std::mutex;
  return only;
}
// Under the mutex.
int ranges = 0;
bool installed = false;

// Maps zeros from the page of `address` to the end of its range; false when it is in none.
bool takeOver(uintptr_t address) {
  for (Entry* entry = entries.load(std::memory_order_acquire); entry; entry = entry->next) {
    const uint64_t version = entry->version.load(std::memory_order_acquire);
    const uintptr_t begin = entry->begin.load(std::memory_order_acquire);
    const uintptr_t end = entry->end.load(std::memory_order_acquire);
    // An entry that is given another range meanwhile is not that of this address, which somebody reads.
    if (version % 2 != 0 || version != entry->version.load(std::memory_order_relaxed)) continue;
    if (address < begin || address >= end) continue;
    const uintptr_t page = address & ~(pageSize - 1);
    entry->faulted.store(true, std::memory_order_release);
    return mmap(reinterpret_cast<void*>(page), end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0) != MAP_FAILED;
  }
  return false;
}

// By kill() or raise(): the instruction does not fault again, and there is no address.
bool isSent(const siginfo_t& info) { return info.si_code <= 0; }

// A fault that is not ours goes to whoever was there before.
void passOn(int number, siginfo_t* info, void* context) {
  const struct sigaction& to = previous.load(std::memory_order_acquire)->action;
  if (to.sa_flags & SA_SIGINFO) return to.sa_sigaction(number, info, context);
  if (to.sa_handler == SIG_IGN && isSent(*info)) return;
  if (to.sa_handler != SIG_DFL && to.sa_handler != SIG_IGN) return to.sa_handler(number);
  struct sigaction byDefault {};
  byDefault.sa_handler = SIG_DFL;
  sigaction(number, &byDefault, nullptr);
  if (isSent(*info)) raise(number);
}

// Calls nothing but system calls: it may interrupt any code.
void onFault(int number, siginfo_t* info, void* context) {
  const int kept = errno;
  if (isSent(*info) || !takeOver(reinterpret_cast<uintptr_t>(info->si_addr))) passOn(number, info, context);
  errno = kept;
}

// Not byte by byte: of a mask, only the bits of signals are defined.
bool isSame(const struct sigaction& a, const struct sigaction& b) {
  if (a.sa_flags != b.sa_flags) return false;
  if (a.sa_flags & SA_SIGINFO ? a.sa_sigaction != b.sa_sigaction : a.sa_handler != b.sa_handler) return false;
  for (int signal = 1; signal < NSIG; ++signal)
    if (sigismember(&a.sa_mask, signal) != sigismember(&b.sa_mask, signal)) return false;
  return true;
}

void publish(const struct sigaction& action) {
  const Found* found = known;
  while (found && !isSame(found->action, action)) found = found->next;
  if (!found) found = known = new Found{action, known};
  previous.store(found, std::memory_order_release);
}

void install() {
  if (installed) return;
  pageSize = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  struct sigaction found {};
  if (sigaction(SIGBUS, nullptr, &found) != 0) return;
  publish(found);
  struct sigaction ours {};
  ours.sa_sigaction = onFault;
  // On the stack that the thread has for this, if any, as V8's and the sanitizers' handlers expect.
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (found.sa_flags & SA_NODEFER);
  ours.sa_mask = found.sa_mask;
  installed = sigaction(SIGBUS, &ours, nullptr) == 0;
}

// One that was installed over ours may call it: then it stays, and has nothing to do.
void uninstall() {
  struct sigaction current {};
  if (sigaction(SIGBUS, nullptr, &current) != 0) return;
  if (!(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != onFault) return;
  installed = sigaction(SIGBUS, &previous.load(std::memory_order_relaxed)->action, nullptr) != 0;
}

// Under the mutex.
void setRange(Entry& entry, uintptr_t begin, uintptr_t end) {
  entry.version.fetch_add(1, std::memory_order_acq_rel);
  entry.begin.store(begin, std::memory_order_release);
  entry.end.store(end, std::memory_order_release);
  entry.version.fetch_add(1, std::memory_order_acq_rel);
}

Entry& newEntry(std::byte* data, size_t bytes) {
  std::lock_guard lock(mutex());
  Entry* entry = entries.load(std::memory_order_relaxed);
  while (entry && entry->used) entry = entry->next;
  if (!entry) {
    entry = new Entry;
    entry->next = entries.load(std::memory_order_relaxed);
    entries.store(entry, std::memory_order_release);
  }
  entry->used = true;
  entry->faulted.store(false, std::memory_order_relaxed);
  const auto begin = reinterpret_cast<uintptr_t>(data);
  setRange(*entry, begin, begin + bytes);
  if (ranges++ == 0) install();
  return *entry;
}

}  // namespace

GuardedRange::GuardedRange(std::byte* data, size_t bytes) : entry_(newEntry(data, bytes)) {}

GuardedRange::~GuardedRange() {
  std::lock_guard lock(mutex());
  setRange(entry_, 0, 0);
  entry_.used = false;
  if (--ranges == 0) uninstall();
}

bool GuardedRange::faulted() const { return entry_.faulted.load(std::memory_order_acquire); }

}  // namespace vmm
