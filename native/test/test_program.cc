// Decoding, verification, planning and execution of hand-written programs.
#include <string>

#include "native/test/check.h"
#include "native/test/program_writer.h"
#include "native/test/run_program.h"

using namespace vmm;
using namespace vmm::test;

namespace {

constexpr DType f32 = DType::f32;

// input [rows, 4] -> copy -> copy -> ... -> output, through `depth` scratch buffers.
ProgramWriter chain(int depth, int64_t rows, int32_t live = -1) {
  ProgramWriter w;
  const auto bytes = static_cast<uint64_t>(rows) * 16;
  if (live >= 0) w.scalars = 1;
  w.slot(SlotKind::input, bytes);
  int32_t at = w.tensor(w.buffer(BufferKind::slot, 0, bytes), f32, {rows, 4}, {}, 0, live);
  for (int i = 0; i < depth; ++i) {
    const int32_t next = w.tensor(w.buffer(BufferKind::scratch, 0, bytes), f32, {rows, 4}, {}, 0, live);
    w.node("copy", {at, next});
    at = next;
  }
  const int32_t out = w.tensor(w.buffer(BufferKind::output, 0, bytes), f32, {rows, 4}, {}, 0, live);
  w.node("copy", {at, out});
  w.output(out);
  return w;
}

Status tryCompile(const ProgramWriter& w) {
  std::shared_ptr<const Program> program;
  return compile(w.bytes(), program);
}

std::shared_ptr<const Program> mustCompile(const ProgramWriter& w) {
  std::shared_ptr<const Program> program;
  const Status s = compile(w.bytes(), program);
  if (!s.ok()) std::fprintf(stderr, "%s\n", s.message.c_str());
  CHECK(s.ok());
  return program;
}

void expectBad(const ProgramWriter& w, const char* part, int node = -1) {
  const Status s = tryCompile(w);
  if (s.message.find(part) == std::string::npos) std::fprintf(stderr, "got: %s\n", s.message.c_str());
  CHECK(s.code == Code::badProgram && s.node == node && s.message.find(part) != std::string::npos);
}

void testChain() {
  Machine machine(2);
  const auto program = mustCompile(chain(6, 100));
  CHECK(program->scratchBytes == 2 * alignUp(1600, 64));
  const auto run = newRun(program, 7, 0);
  machine.execute(*run);
  CHECK(run->status.ok() && run->outputs.size() == 1 && run->outputs[0].bytes == 1600);
  for (int i = 0; i < 1600; ++i) CHECK(run->outputs[0].data[i] == std::byte{7});
}

void testLive() {
  Machine machine(1);
  const auto program = mustCompile(chain(2, 10, 0));
  for (const double live : {0.0, 3.0, 10.0}) {
    const auto run = newRun(program, 1, live);
    machine.execute(*run);
    CHECK(run->status.ok() && run->outputs[0].bytes == static_cast<size_t>(live) * 16);
  }
  for (const double live : {-1.0, 11.0, 2.5, 0.0 / 0.0}) {
    const auto run = newRun(program, 1, live);
    machine.execute(*run);
    CHECK(run->status.code == Code::badArgument);
  }
}

// The next version is visible after the run, and what a live-bounded write leaves out is carried over.
void testVersions() {
  Machine machine(2);
  ProgramWriter w;
  w.scalars = 1;
  w.slot(SlotKind::input, 64);
  w.slot(SlotKind::state, 64);
  const int32_t x = w.tensor(w.buffer(BufferKind::slot, 0, 64), f32, {4, 4}, {}, 0, 0);
  const int32_t y = w.tensor(w.buffer(BufferKind::next, 1, 64), f32, {4, 4}, {}, 0, 0);
  w.node("copy", {x, y});
  const auto program = mustCompile(w);
  CHECK(program->slots[1].doubled && program->slots[1].carried);
  const auto run = newRun(program, 5, 2);
  State& state = *run->bindings[1].state;
  state.data()[63] = std::byte{9};
  machine.execute(*run);
  CHECK(run->status.ok() && state.data()[0] == std::byte{5} && state.data()[31] == std::byte{5});
  CHECK(state.data()[32] == std::byte{0} && state.data()[63] == std::byte{9});

  const auto cancelled = newRun(program, 5, 2);
  cancelled->cancel = true;
  machine.execute(*cancelled);
  CHECK(cancelled->status.code == Code::cancelled && cancelled->bindings[1].state->data()[0] == std::byte{0});
}

void testRefused() {
  const auto io = [](uint64_t in, uint64_t out) {
    ProgramWriter w;
    w.slot(SlotKind::weight, in);
    w.buffer(BufferKind::slot, 0, in);
    w.buffer(BufferKind::output, 0, out);
    return w;
  };
  // `given` is a reference, copied when x and y are in it: the arguments of a call have no order.
  const auto copy = [](const ProgramWriter& given, int32_t x, int32_t y) {
    ProgramWriter w = given;
    w.node("copy", {x, y});
    w.output(y);
    return w;
  };
  ProgramWriter w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {17}), w.tensor(1, f32, {16})), "outside of its buffer");
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {int64_t{1} << 62, 16}), w.tensor(1, f32, {16})), "too large");
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {2}, {int64_t{1} << 62}), w.tensor(1, f32, {16})), "too large");
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {8}, {}, 2), w.tensor(1, f32, {8})), "not aligned");
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {8}), w.tensor(1, f32, {7})), "leading axes", 0);
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {8}), w.tensor(1, f32, {8}, {0})), "strides", 0);
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, DType::i32, {8}), w.tensor(1, f32, {8})), "another type", 0);
  w = io(64, 64);
  expectBad(copy(w, w.tensor(1, f32, {8}), w.tensor(1, f32, {8})), "before it is written", 0);
  w = io(64, 64);
  expectBad(copy(w, w.tensor(0, f32, {8}), w.tensor(0, f32, {8}, {}, 32)), "slot in place", 0);
  w = io(64, 64);
  expectBad(copy(w, -1, w.tensor(1, f32, {8})), "missing", 0);
  w = io(64, 64);
  const int32_t x = w.tensor(0, f32, {8});
  w.output(w.tensor(1, f32, {8}));
  expectBad(w, "never written");
  w = io(64, 64);
  w.buffer(BufferKind::next, 0, 64);
  expectBad(copy(w, x, w.tensor(2, f32, {16})), "no versions");
  ProgramWriter bytes = chain(1, 4);
  Bytes cut = bytes.bytes();
  for (size_t n = 0; n < cut.size(); ++n) {
    std::shared_ptr<const Program> program;
    CHECK(compile(std::span(cut).first(n), program).code == Code::badProgram);
  }
}

// Shapes that only the kernel can judge end the run, not the process: more frequencies than pairs to turn.
void testRefusedByKernel() {
  ProgramWriter w;
  w.slot(SlotKind::input, 128);
  const uint32_t in = w.buffer(BufferKind::slot, 0, 128), out = w.buffer(BufferKind::output, 0, 32);
  const int32_t y = w.tensor(out, f32, {2, 1, 4});
  w.node("rope",
         {w.tensor(in, f32, {2, 1, 4}), w.tensor(in, DType::i32, {2}), w.tensor(in, f32, {3}, {}, 64), y}, {},
         {0, 0});
  w.output(y);
  Machine machine(2);
  const auto run = newRun(mustCompile(w), 0, 0);
  machine.execute(*run);
  CHECK(run->status.code == Code::kernel && run->status.message.find("frequencies") != std::string::npos);
}

}  // namespace

struct Watcher final : PageWatcher {
  Watcher() { watchPages(*this); }
  ~Watcher() { unwatchPages(*this); }
  void unmapping(const std::byte*) override { ++told; }
  int told = 0;
};

// An executor that begins may meet one that ends: each hears of pages until it leaves by itself.
void testWatchers() {
  auto last = std::make_unique<Watcher>();
  Watcher next;
  { const Region pages = Region::pages(100, Purpose::scratch); }
  CHECK(last->told == 1 && next.told == 1);
  last.reset();
  { const Region pages = Region::pages(100, Purpose::scratch); }
  CHECK(next.told == 2);
}

int main() {
  testChain();
  testLive();
  testVersions();
  testWatchers();
  testRefused();
  testRefusedByKernel();
  return 0;
}
