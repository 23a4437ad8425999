// chain: v = x, then v = fn1(v) or v = v fn1 with1, and so on; y = v, with NumPy's broadcasting. All f32, any
// strides; y row-major. A block of y is in L1 from the first step to the last, so that memory is touched
// once: 8 bytes per element and 4 for each operand that is not repeated.
#include "native/cpu/binary_fns.h"
#include "native/cpu/elementwise.h"
#include "native/cpu/unary_fns.h"
#include "native/generated/ops.h"

namespace vmm::cpu::VMM_ISA {
namespace {

constexpr int kSteps = 6;
constexpr int64_t kBlock = 1024;

// Elements [from, end) of a row of y, from those of v and of an operand.
using Step = void (*)(float* to, const RowReader& v, const RowReader& with, int64_t from, int64_t end);

template <class Fn>
void alone(float* to, const RowReader& v, const RowReader&, int64_t from, int64_t end) {
  mapRow<Fn>(to, from, end, {v}, std::make_index_sequence<1>());
}
template <class Fn>
void combined(float* to, const RowReader& v, const RowReader& with, int64_t from, int64_t end) {
  mapRow<Fn>(to, from, end, {v, with}, std::make_index_sequence<2>());
}
template <class Fn>
struct Turned {
  static VMM_INLINE vf f(vf a, vf b) { return Fn::f(b, a); }
};
struct Same {
  static VMM_INLINE vf f(vf x) { return x; }
};

struct Function {
  Step step;
  bool takesOperand;
};
#define VMM_ALONE(Name) {alone<unary_fns::Name>, false},
#define VMM_COMBINED(Name, value) {combined<binary_fns::Name>, true},
#define VMM_TURNED(Name) {combined<Turned<binary_fns::Name>>, true},
// By the numbers of op::Chain::Fn1.
// clang-format off
const Function kFunctions[] = {
    {alone<Same>, false},
    VMM_UNARY_FNS(VMM_ALONE)
    VMM_BINARY_FNS(VMM_COMBINED)
    VMM_TURNED(Sub) VMM_TURNED(Div) VMM_TURNED(Max) VMM_TURNED(Min) VMM_TURNED(Pow)
};
// clang-format on
#undef VMM_ALONE
#undef VMM_COMBINED
#undef VMM_TURNED
static_assert(sizeof kFunctions / sizeof(Function) == op::Chain::kRpow + 1);

}  // namespace

void chain(const op::Chain& a, Parallel& p) {
  if (a.y.count() == 0) return;
  const int32_t fns[kSteps] = {a.fn1, a.fn2, a.fn3, a.fn4, a.fn5, a.fn6};
  const View* const given[kSteps] = {&a.with1, &a.with2, &a.with3, &a.with4, &a.with5, &a.with6};
  const View* inputs[kSteps + 1] = {&a.x};
  int count = 1;
  for (int k = 0; k < kSteps; ++k) {
    if (kFunctions[fns[k]].takesOperand && !*given[k]) return p.fail("chain: step %d has no operand", k + 1);
    if (fns[k] != op::Chain::kNone) count = k + 1;
    inputs[k + 1] = *given[k] ? given[k] : &a.x;
  }
  const Walk<kSteps + 1> walk(a.y,
                              {inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5], inputs[6]});
  forPieces(walk, p, 32768, [&](int64_t row, int64_t from, int64_t end) {
    float* to = a.y.f32() + row * walk.cols();
    const auto reader = [&](int k) { return RowReader{inputs[k]->f32() + walk.at(k, row), walk.step(k)}; };
    for (int64_t at = from; at < end; at += kBlock) {
      const int64_t stop = at + kBlock < end ? at + kBlock : end;
      for (int k = 0; k < count; ++k)
        kFunctions[fns[k]].step(to, k == 0 ? reader(0) : RowReader{to, 1}, reader(k + 1), at, stop);
    }
  });
}

}  // namespace vmm::cpu::VMM_ISA
