// A program whose tests fail cannot make them pass by what it does before, to the interpreter that runs them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSandbox } from '../../../lib/curate/sandbox/sandbox.ts'

const sandbox = await openSandbox({ level: 'permission' })
const FAILS = 'def f(x):\n    return 0\n'
const TESTS = 'for x in range(3):\n    report(program["f"](x) == x + 1)'

/** Each runs after `f`, which is wrong. */
const PYTHON: Readonly<Record<string, string>> = {
  'prints what a report may look like': 'print("[true]"); print(\'{"report":"true"}\')',
  'writes a report to the protocol of the process':
    'import sys; sys.stdout.write("\\n{\\"report\\":\\"true\\",\\"status\\":\\"ok\\"}\\n")',
  'ends the interpreter early': 'import os; os._exit(0)',
  'ends the interpreter from f': 'def f(x):\n    import os\n    os._exit(0)',
  'raises SystemExit': 'import sys; sys.exit(0)',
  'acts when the interpreter ends': 'import atexit, os\natexit.register(lambda: os.write(1, b"true"))',
  'defines report': 'import builtins\nbuiltins.report = lambda value: None\ndef report(value): pass',
  'replaces what might tell': [
    'import builtins, json, os, posix, sys',
    'def nothing(*args, **options): return 0',
    'for module, names in ((builtins, "print exec compile len range all isinstance"), (json, "dumps"), (sys, "exit exc_info"),',
    '                      (os, "write _exit read"), (posix, "write _exit read")):',
    '    for name in names.split(): setattr(module, name, nothing)',
  ].join('\n'),
  'replaces modules':
    'import sys\nfor name in ("posix", "json", "_json", "gc", "linecache", "traceback"): sys.modules[name] = None',
  'writes to every descriptor':
    'import os\nfor fd in range(64):\n    for text in (b"true", b":true", b"0" * 32 + b":true", b"0" * 32 + b".0"):\n        try: os.write(fd, text)\n        except OSError: pass',
  'reads every descriptor but stdin':
    'import os\nfor fd in range(3, 64):\n    try: print("read", os.read(fd, 1000))\n    except OSError: pass',
  'says that it has ended': 'import sys\nsys.audit("cpython.run_interactivehook", None)',
  'listens to the interpreter':
    'import sys\nheard = []\nsys.addaudithook(lambda event, args: heard.append(args))\ndef f(x):\n    return heard and x + 1',
  'looks for the hook':
    'import gc\nhooks = [one for one in gc.get_objects() if getattr(one, "__name__", "") == "hook"]\nfor one in hooks: one.__code__ = (lambda event, args: None).__code__',
  traces:
    'import sys\ndef see(frame, event, arg):\n    for name in list(frame.f_locals): print(name)\n    return see\nsys.settrace(see); sys.setprofile(see)',
  monitors:
    'import sys\nm = sys.monitoring\nm.use_tool_id(3, "x")\nm.register_callback(3, m.events.CALL, lambda *args: print("seen", args))\nm.set_events(3, m.events.CALL)',
  'removes the interactive hook': 'import sys\ndel sys.__interactivehook__',
  'goes on interactively':
    'import sys, linecache\nsys.ps1 = "true"\nsys.__interactivehook__ = lambda: print("true")\nlinecache._register_code = print',
  'waits for the collector': 'import gc\ngc.callbacks.append(lambda *args: print("collected"))',
}
/** What is left is a text that the host's reports could not be mistaken for. */
const runs = await Promise.all(
  Object.entries(PYTHON).map(async ([name, attempt]) => ({
    name,
    run: await sandbox.run({ language: 'python', program: `${FAILS}${attempt}\n`, tests: TESTS }),
  })),
)
for (const { name, run } of runs)
  test(`Python that ${name}`, () => {
    assert.not.ok(run.reports.includes(true), JSON.stringify(run))
    // Either the tests have told the truth, or the run is no success.
    if (run.status === 'ok') assert.equal(run.reports, [false, false, false])
    assert.not.match(run.stdout, /seen|read b'.{20}|collected/)
  })

const JAVASCRIPT: Readonly<Record<string, string>> = {
  'defines report': 'globalThis.report = () => {}',
  'replaces what might tell':
    'JSON.stringify = () => "true"; console.log = () => {}; Object.prototype.toJSON = () => true',
  'changes prototypes':
    'for (const one of [Boolean, Number, Object, Array, Function, String]) one.prototype.valueOf = one.prototype.toString = () => true',
  'prints a report': 'console.log(\'{"report":"true"}\')',
  'returns what a promise resolves': 'Promise.resolve().then(() => { globalThis.report?.(true) })',
}
test('JavaScript that does likewise', async () => {
  for (const [name, attempt] of Object.entries(JAVASCRIPT)) {
    const program = `function f(x) { return 0 }\n${attempt}`
    const tests = 'for (const x of [0, 1]) report(program("f")(x) === x + 1)'
    assert.equal(
      (await sandbox.run({ language: 'javascript', program, tests })).reports,
      [false, false],
      name,
    )
  }
})

test.after(() => sandbox.dispose())
test.run()
