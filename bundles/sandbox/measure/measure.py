# Runs tests and cases on a program that has been executed, and tells what they do and cost. The sandbox executes this before the
# program and calls `measure` after it. What is told is told at once, so that it is not lost when a later case is stopped.
import io
import sys
import time
import types  # looks at a frame when it is first imported, which is refused later
import zlib

import _tracemalloc as tracemalloc  # the module around it takes longer to import than most programs to run

FILE = "/program/program.py"
LONGEST_TEXT = 1500
MOST_ITEMS = 1000
DEEPEST = 20
ITERATORS = (map, filter, zip, enumerate, reversed, type(iter([])), type(iter(())), type(iter({})), type(i for i in ()))
VIEWS = (type({}.keys()), type({}.values()), type({}.items()), range)


# By these a program could come to the frames and functions here while it is called, and tell results in their place.
REFUSED = frozenset(
    ("sys._getframe", "sys._current_frames", "sys.settrace", "sys.setprofile", "sys.monitoring.register_callback")
)
REFUSED_ATTRIBUTES = frozenset(("tb_frame", "gi_frame", "cr_frame", "ag_frame"))


def guard(event, args):
    if guarded and (event in REFUSED or (event == "object.__getattr__" and args[1] in REFUSED_ATTRIBUTES)):
        # As if there were none: modules such as logging do without.
        raise ValueError(f"{event} is refused while tests run")


class OutOfSteps(BaseException):
    """Ends a case; the program's own handlers for exceptions do not catch it by accident."""


class Costs:
    """Counts steps, which are calls and jumps, and for each function calls, seconds and memory."""

    def __init__(self, file):
        self.file = file
        self.functions = {}
        self.lines = set()
        self.steps = 0
        self.budget = None
        self.stack = []
        self.memory = False

    def watch(self):
        monitoring = sys.monitoring
        events = monitoring.events
        callbacks = {
            events.PY_START: self.start,
            events.PY_RESUME: self.resume,
            events.PY_THROW: self.resume,
            events.PY_RETURN: self.end,
            events.PY_YIELD: self.end,
            events.PY_UNWIND: self.end,
            events.JUMP: self.jump,
            events.LINE: self.line,
        }
        for event, callback in callbacks.items():
            monitoring.register_callback(monitoring.PROFILER_ID, event, callback)
        monitoring.set_events(monitoring.PROFILER_ID, sum(callbacks))

    def step(self):
        self.steps += 1
        if self.budget is not None and self.steps > self.budget:
            raise OutOfSteps

    def start(self, code, *_):
        if code.co_filename != self.file:
            return sys.monitoring.DISABLE
        self.of(code)["calls"] += 1
        self.enter(code)
        self.step()

    def resume(self, code, *_):
        if code.co_filename == self.file:
            self.enter(code)

    def jump(self, code, *_):
        if code.co_filename != self.file:
            return sys.monitoring.DISABLE
        self.step()

    def line(self, code, line):
        if code.co_filename == self.file:
            self.lines.add(line)
        return sys.monitoring.DISABLE

    def of(self, code):
        name = code.co_qualname
        if name not in self.functions:
            self.functions[name] = {"name": name, "line": code.co_firstlineno, "calls": 0, "seconds": 0.0, "bytes": 0}
        return self.functions[name]

    def enter(self, code):
        size = peak = 0
        if self.memory:
            size, before = tracemalloc.get_traced_memory()
            if self.stack:
                self.stack[-1][4] = max(self.stack[-1][4], before)
            tracemalloc.reset_peak()
            peak = size
        self.stack.append([code, time.perf_counter(), 0.0, size, peak])

    def end(self, code, *_):
        if code.co_filename != self.file or not self.stack or self.stack[-1][0] is not code:
            return
        _, begin, inner, size, peak = self.stack.pop()
        seconds = time.perf_counter() - begin
        function = self.of(code)
        function["seconds"] += seconds - inner
        if self.stack:
            self.stack[-1][2] += seconds
        if self.memory:
            peak = max(peak, tracemalloc.get_traced_memory()[1])
            function["bytes"] = max(function["bytes"], peak - size)
            if self.stack:
                self.stack[-1][4] = max(self.stack[-1][4], peak)

    def begin(self, budget):
        self.stack.clear()
        self.steps = 0
        self.budget = budget


def shortened(text):
    """A text that is not too long, and differs where a longer one does."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… {len(text)} {zlib.crc32(text.encode('utf-8', 'replace')):08x}"


def shown(value, depth=0):
    """A text for a value, equal for equal values: sets are sorted, iterators are read, addresses are left out."""
    kind = type(value)
    if value is None or kind in (bool, float, complex, str, bytes, bytearray, type(...)):
        return repr(value)
    if kind is int:
        return repr(value) if abs(value) < 1 << 1000 else hex(value)
    if depth > DEEPEST:
        return "…"

    def items(values):
        return ", ".join(shown(one, depth + 1) for one in values)

    if kind is list:
        return f"[{items(value)}]"
    if kind is tuple:
        return f"({items(value)},)" if len(value) == 1 else f"({items(value)})"
    if isinstance(value, (set, frozenset)):
        return f"{kind.__name__}{{{', '.join(sorted(shown(one, depth + 1) for one in value))}}}"
    if isinstance(value, dict):
        name = "" if kind is dict else kind.__name__
        return name + "{" + ", ".join(f"{shown(k, depth + 1)}: {shown(v, depth + 1)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"{kind.__name__}({items(value)})"
    if isinstance(value, VIEWS):
        return f"{kind.__name__}[{items(value)}]"
    if isinstance(value, ITERATORS):
        read = [one for _, one in zip(range(MOST_ITEMS), value)]
        return f"{kind.__name__}[{items(read)}]"
    if callable(value):
        return f"<{kind.__name__} {getattr(value, '__name__', '')}>"
    if hasattr(value, "__dict__"):
        return f"{kind.__name__}({', '.join(f'{k}={shown(v, depth + 1)}' for k, v in vars(value).items())})"
    return f"<{kind.__name__}>" if " at 0x" in repr(value) else repr(value)


def attempt(budget, run):
    """What comes of a call: kind, text, steps, and what is printed meanwhile."""
    before, printed = sys.stdout, io.StringIO()
    sys.stdout = printed
    costs.begin(budget)
    try:
        text = run()
        found = {"kind": "value", "text": text}
    except OutOfSteps:
        found = {"kind": "steps", "text": ""}
    except MemoryError:
        found = {"kind": "memory", "text": ""}
    except BaseException as error:
        found = {"kind": "error", "text": type(error).__name__, "message": shortened(str(error))[:200]}
    finally:
        sys.stdout = before
        costs.budget = None
    return {**found, "steps": costs.steps, "printed": shortened(printed.getvalue())}


def called(function, source):
    """The result of a call with arguments as a tuple's source, and what has become of the arguments."""
    arguments = eval(source, {})
    before = shown(arguments)
    result = shown(function(*arguments))
    after = shown(arguments)
    return shortened(result if after == before else f"{result} with {after}")


def function_lines(code):
    """The lines of all functions in a code object."""
    lines = set()
    for inner in code.co_consts:
        if hasattr(inner, "co_code"):
            lines |= {line for _, _, line in inner.co_lines() if line} - {inner.co_firstlineno}
            lines |= function_lines(inner)
    return lines


def measure(program, request, tell):
    """Runs what is asked for on a program's names, and tells each part of the answer."""
    # The sandbox calls this from a hook, in which events are off.
    call_tracing(measured, (program, request, tell))


def measured(program, request, tell):
    global guarded
    costs.watch()
    guarded = True
    tests = request["tests"]

    def run_test(test):
        exec(compile(test, "test", "exec"), program)
        return ""

    passed = True
    begin = time.perf_counter()
    for i, test in enumerate(tests):
        outcome = attempt(request["testBudget"], lambda: run_test(test))
        passed = passed and outcome["kind"] == "value"
        tell({"test": i, **outcome})
    seconds = time.perf_counter() - begin
    with open(FILE) as file:
        lines = function_lines(compile(file.read(), FILE, "exec"))
    tell({"lines": sorted(lines), "executed": sorted(lines & costs.lines)})
    if tests and seconds < request["memorySeconds"]:
        measure_memory(lambda: [attempt(None, lambda: run_test(test)) for test in tests])
    tell({"functions": list(costs.functions.values()), "seconds": seconds})
    function = program.get(request["entry"])
    # What was kept of earlier calls is no saving of this one.
    forget = getattr(function, "cache_clear", lambda: None)
    if callable(function) and (passed or not request["casesIfPassed"]):
        for i in range(request["first"], len(request["cases"])):
            arguments, budget = request["cases"][i]
            forget()
            tell({"case": i, **attempt(budget, lambda: called(function, arguments))})
    tell({"end": True})


def measure_memory(run):
    """Tells functions their memory, and leaves what else is known of them as it was."""
    known, costs.functions = costs.functions, {}
    costs.memory = True
    tracemalloc.start()
    run()
    tracemalloc.stop()
    costs.memory = False
    for name, one in known.items():
        one["bytes"] = costs.functions.get(name, one)["bytes"]
    costs.functions = known


guarded = False
sys.addaudithook(guard)
call_tracing = sys.call_tracing
costs = Costs(FILE)
sys.monitoring.use_tool_id(sys.monitoring.PROFILER_ID, "costs")
