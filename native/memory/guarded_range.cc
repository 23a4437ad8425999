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
  std::atomic<uintptr_t> begin{0}, end{0};
  std::atomic<bool> faulted{false};
  Entry* next = nullptr;
  bool used = false;
};

namespace {

using Entry = GuardedRange::Entry;

static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<Entry*>::is_always_lock_free);

std::atomic<Entry*> entries{nullptr};
uintptr_t pageSize;

// What handled SIGBUS before. Written while our handler is not installed.
struct sigaction previous;

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
    const uintptr_t end = entry->end.load(std::memory_order_acquire);
    const uintptr_t begin = entry->begin.load(std::memory_order_acquire);
    // An entry that is given another range meanwhile is not that of this address.
    if (end != entry->end.load(std::memory_order_acquire)) continue;
    if (address < begin || address >= end) continue;
    const uintptr_t page = address & ~(pageSize - 1);
    entry->faulted.store(true, std::memory_order_release);
    return mmap(reinterpret_cast<void*>(page), end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0) != MAP_FAILED;
  }
  return false;
}

// A fault that is not ours goes to whoever was there before.
void passOn(int number, siginfo_t* info, void* context) {
  if (previous.sa_flags & SA_SIGINFO) return previous.sa_sigaction(number, info, context);
  const bool sent = info->si_code <= 0;  // by kill() or raise(): the instruction does not fault again
  if (previous.sa_handler == SIG_IGN && sent) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(number);
  struct sigaction byDefault {};
  byDefault.sa_handler = SIG_DFL;
  sigaction(number, &byDefault, nullptr);
  if (sent) raise(number);
}

// Calls nothing but system calls: it may interrupt any code.
void onFault(int number, siginfo_t* info, void* context) {
  const int kept = errno;
  if (!takeOver(reinterpret_cast<uintptr_t>(info->si_addr))) passOn(number, info, context);
  errno = kept;
}

void install() {
  if (installed) return;
  pageSize = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  if (sigaction(SIGBUS, nullptr, &previous) != 0) return;
  struct sigaction ours {};
  ours.sa_sigaction = onFault;
  // On the stack that the thread has for this, if any, as V8's and the sanitizers' handlers expect.
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (previous.sa_flags & SA_NODEFER);
  ours.sa_mask = previous.sa_mask;
  installed = sigaction(SIGBUS, &ours, nullptr) == 0;
}

// One that was installed over ours may call it: then it stays, and has nothing to do.
void uninstall() {
  struct sigaction current {};
  if (sigaction(SIGBUS, nullptr, &current) != 0) return;
  if (!(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != onFault) return;
  installed = sigaction(SIGBUS, &previous, nullptr) != 0;
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
  // The end comes last, and goes first: an entry that is half there has no address in it.
  entry->begin.store(reinterpret_cast<uintptr_t>(data), std::memory_order_release);
  entry->end.store(reinterpret_cast<uintptr_t>(data) + bytes, std::memory_order_release);
  if (ranges++ == 0) install();
  return *entry;
}

}  // namespace

GuardedRange::GuardedRange(std::byte* data, size_t bytes) : entry_(newEntry(data, bytes)) {}

GuardedRange::~GuardedRange() {
  std::lock_guard lock(mutex());
  entry_.end.store(0, std::memory_order_release);
  entry_.begin.store(0, std::memory_order_release);
  entry_.used = false;
  if (--ranges == 0) uninstall();
}

bool GuardedRange::faulted() const { return entry_.faulted.load(std::memory_order_acquire); }

}  // namespace vmm
