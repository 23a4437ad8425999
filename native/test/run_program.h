// Binds fresh memory to the slots of a program, for tests.
#pragma once
#include <cstring>
#include <memory>
#include <vector>

#include "native/program/execute.h"

namespace vmm::test {

inline Region filled(size_t bytes, uint8_t value) {
  Region memory = Region::pages(bytes, Purpose::state);
  if (bytes) std::memset(memory.data(), value, bytes);
  return memory;
}

// Inputs and weights hold `fill` in every byte, states hold zeros.
inline std::unique_ptr<Run> newRun(std::shared_ptr<const Program> program, uint8_t fill, double scalar) {
  auto run = std::make_unique<Run>();
  run->host = Region::block(program->hostBytes, Purpose::scratch);
  if (program->hostBytes) std::memset(run->host.data(), fill, program->hostBytes);
  for (const Slot& slot : program->slots) {
    Binding& b = run->bindings.emplace_back();
    if (slot.kind == SlotKind::weight) b.weight = std::make_shared<const Weight>(filled(slot.bytes, fill));
    if (slot.kind == SlotKind::state) b.state = std::make_shared<State>(filled(slot.bytes, 0));
    if (slot.doubled) b.state->makeShadow();
  }
  run->scalars.assign(program->scalars, scalar);
  run->set = kernelSet(nullptr);
  run->program = std::move(program);
  return run;
}

}  // namespace vmm::test
