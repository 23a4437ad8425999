// Files that lose their bytes while they are mapped: they read as zeros and say so, runs that read them fail,
// and faults of other memory go where they went before.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "native/memory/mapped_file.h"
#include "native/test/check.h"
#include "native/test/program_writer.h"
#include "native/test/run_program.h"

using namespace vmm;
using namespace vmm::test;

namespace {

constexpr size_t kBytes = size_t{1} << 18;

// A file of ones.
class File {
 public:
  File() {
    char name[] = "/tmp/vmm-mapped-XXXXXX";
    const int file = mkstemp(name);
    const std::vector<char> ones(kBytes, 1);
    CHECK(file >= 0 && write(file, ones.data(), kBytes) == static_cast<ssize_t>(kBytes) && close(file) == 0);
    path_ = name;
  }
  ~File() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }
  void cut(size_t bytes) const { CHECK(truncate(path_.c_str(), static_cast<off_t>(bytes)) == 0); }
  std::shared_ptr<const MappedFile> map() const {
    std::string error;
    auto mapped = MappedFile::open(path_, error);
    CHECK(mapped && mapped->bytes() == kBytes && mapped->path() == path_);
    return mapped;
  }
  // As any other code maps it.
  volatile char* mapElsewhere() const {
    const int file = open(path_.c_str(), O_RDONLY);
    void* data = mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, file, 0);
    CHECK(file >= 0 && data != MAP_FAILED && close(file) == 0);
    return static_cast<volatile char*>(data);
  }

 private:
  std::string path_;
};

size_t sum(const std::byte* data) {
  size_t all = 0;
  for (size_t i = 0; i < kBytes; ++i)
    all += static_cast<size_t>(static_cast<const volatile std::byte*>(data)[i]);
  return all;
}

volatile sig_atomic_t othersFaults;
void onOthersFault(int, siginfo_t* info, void*) {
  othersFaults = othersFaults + 1;
  if (info->si_code <= 0) return;  // a signal that was sent has no address but its sender's number
  const auto page = reinterpret_cast<uintptr_t>(info->si_addr) & ~static_cast<uintptr_t>(getpagesize() - 1);
  mmap(reinterpret_cast<void*>(page), 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void handleFaults() {
  struct sigaction action {};
  action.sa_sigaction = onOthersFault;
  action.sa_flags = SA_SIGINFO;
  CHECK(sigaction(SIGBUS, &action, nullptr) == 0);
}

bool handlesFaults(void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction current {};
  CHECK(sigaction(SIGBUS, nullptr, &current) == 0);
  return (current.sa_flags & SA_SIGINFO) && current.sa_sigaction == handler;
}

void testCut() {
  const File one, other;
  const auto cut = one.map(), kept = other.map();
  CHECK(sum(cut->data()) == kBytes && cut->whole());
  one.cut(kBytes / 4);
  // Also before any of it is read.
  CHECK(!cut->whole());
  CHECK(sum(cut->data()) == kBytes / 4 && !cut->whole());
  // What was lost does not come back to this mapping.
  one.cut(kBytes);
  CHECK(!cut->whole() && one.map()->whole());
  CHECK(sum(kept->data()) == kBytes && kept->whole());
}

// Readers on several threads, while other files come and go.
void testThreads() {
  const File one, other;
  const auto cut = one.map();
  one.cut(0);
  std::atomic<bool> over{false};
  std::thread coming([&] {
    while (!over) CHECK(sum(other.map()->data()) == kBytes);
  });
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) readers.emplace_back([&] { CHECK(sum(cut->data()) == 0); });
  for (std::thread& reader : readers) reader.join();
  over = true;
  coming.join();
  CHECK(!cut->whole());
}

void testOthersFaults() {
  const File file, foreign;
  volatile char* others = foreign.mapElsewhere();
  foreign.cut(0);
  {
    const auto mapped = file.map();
    CHECK(!handlesFaults(onOthersFault));
    othersFaults = 0;
    CHECK(others[0] == 0 && othersFaults == 1);
    file.cut(0);
    CHECK(sum(mapped->data()) == 0 && othersFaults == 1);
    raise(SIGBUS);
    CHECK(othersFaults == 2);
  }
  // Nothing is mapped: the handler is gone.
  CHECK(handlesFaults(onOthersFault));
  munmap(const_cast<char*>(others), kBytes);
}

// A handler that came after ours, and calls it, is left where it is.
struct sigaction ours;
void onLaterFault(int number, siginfo_t* info, void* context) { ours.sa_sigaction(number, info, context); }

void testLaterHandler() {
  const File file;
  auto mapped = file.map();
  struct sigaction later {};
  later.sa_sigaction = onLaterFault;
  later.sa_flags = SA_SIGINFO;
  CHECK(sigaction(SIGBUS, &later, &ours) == 0);
  mapped.reset();
  CHECK(handlesFaults(onLaterFault));
  mapped = file.map();
  CHECK(handlesFaults(onLaterFault));
  file.cut(0);
  CHECK(sum(mapped->data()) == 0);
  othersFaults = 0;
  raise(SIGBUS);
  CHECK(othersFaults == 1);
  CHECK(sigaction(SIGBUS, &ours, nullptr) == 0);
  mapped.reset();
  CHECK(handlesFaults(onOthersFault));
}

// Where nobody handles them, other faults still end the process, as do signals that are sent.
void testDefault() {
  for (const bool sent : {false, true}) {
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      signal(SIGBUS, SIG_DFL);
      const File file, foreign;
      const auto mapped = file.map();
      volatile char* others = foreign.mapElsewhere();
      foreign.cut(0);
      unlink(file.path().c_str());
      unlink(foreign.path().c_str());
      if (sent) raise(SIGBUS);
      _exit(others[0]);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
  }
}

// A run fails, and leaves states as they were, where its file was cut since an earlier run.
void testRuns() {
  Machine machine(2);
  ProgramWriter w;
  w.slot(SlotKind::weight, kBytes);
  w.slot(SlotKind::state, kBytes);
  const std::vector<int64_t> dims{static_cast<int64_t>(kBytes) / 16, 4};
  const int32_t x = w.tensor(w.buffer(BufferKind::slot, 0, kBytes), DType::f32, dims);
  const int32_t y = w.tensor(w.buffer(BufferKind::next, 1, kBytes), DType::f32, dims);
  w.node("copy", {x, y});
  std::shared_ptr<const Program> program;
  CHECK(compile(w.bytes(), program).ok());
  const File file;
  const auto run = newRun(program, 0, 0);
  run->bindings[0].weight = std::make_shared<const Weight>(file.map(), 0, kBytes);
  const State& state = *run->bindings[1].state;
  machine.execute(*run);
  CHECK(run->status.ok() && state.data()[kBytes - 1] == std::byte{1});
  file.cut(100);
  machine.execute(*run);
  CHECK(run->status.code == Code::badFile && run->status.message.find(file.path()) == 0);
  CHECK(state.data()[kBytes - 1] == std::byte{1});
}

}  // namespace

int main() {
  handleFaults();
  testCut();
  testThreads();
  testOthersFaults();
  testLaterHandler();
  testDefault();
  testRuns();
  return 0;
}
