// What programs try that want out of the sandbox. Each prints `REACHED` where it has got hold of something that is not its own.
// `{file}`, `{folder}`, `{value}` and `{port}` stand for a file of this machine, its folder, what the file and an environment
// variable hold, and the port of a local server.

/** In Python. */
export const PYTHON_ATTEMPTS: Readonly<Record<string, string>> = {
  'os.system': 'import os\nos.system("cat {file}; echo x > {folder}/made; curl -s localhost:{port}")',
  'os.popen': 'import os\nprint(os.popen("cat {file}").read())',
  subprocess: 'import subprocess\nprint(subprocess.run(["cat", "{file}"], capture_output=True).stdout)',
  posix_spawn: 'import os\nos.posix_spawn("/bin/cat", ["cat", "{file}"], {})',
  execv: 'import os\nos.execv("/bin/cat", ["cat", "{file}"])',
  'fork bomb': 'import os\nfor i in range(1000): os.fork()',
  'ctypes and libc': 'import ctypes\nlibc = ctypes.CDLL(None)\nlibc.system(b"touch {folder}/made")',
  'raw pointers': 'import ctypes\nctypes.memset(4096, 0, 10**6)',
  '/etc/passwd': 'print("REACHED" if "root:" in open("/etc/passwd").read() else "")',
  'a path of this machine': 'print(open("{file}").read())',
  'paths upwards':
    'for n in range(20):\n  try: print(open("../" * n + "{file}".lstrip("/")).read())\n  except OSError: pass',
  'a link to a file': 'import os\nos.symlink("{file}", "link")\nprint(open("link").read())',
  'the host’s folders': 'import os\nprint(os.listdir("{folder}"))',
  'writing to the host': 'open("{folder}/made", "w").write("x")',
  '/proc/self/environ': 'print(open("/proc/self/environ").read())',
  'os.environ': 'import os\nprint(dict(os.environ))',
  descriptors:
    'import os\nfor fd in range(3, 64):\n  try: print("REACHED", os.read(fd, 100))\n  except OSError: pass',
  socket:
    'import socket\ns = socket.create_connection(("127.0.0.1", {port}), 1)\ns.send(b"GET /reached HTTP/1.0\\r\\n\\r\\n")\nprint(s.recv(100))',
  'a socket that does not wait':
    'import os, socket\ns = socket.socket()\ns.setblocking(False)\ntry: s.connect(("127.0.0.1", {port}))\nexcept BlockingIOError: pass\ntry: s.send(b"GET /reached HTTP/1.0\\r\\n\\r\\n")\nfinally: os._exit(0)',
  urllib:
    'import urllib.request\nprint(urllib.request.urlopen("http://127.0.0.1:{port}/reached", timeout=1).read())',
  'import js':
    'for name in ("js", "pyodide", "pyodide_js", "emscripten", "_pyodide_core"):\n  try: print("REACHED", __import__(name))\n  except ImportError: pass',
  'a library of the host':
    'import importlib.machinery as m, importlib.util as u, glob\nfor path in ["/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/libSystem.dylib"]:\n  try: u.module_from_spec(m.ModuleSpec("x", m.ExtensionFileLoader("x", path), origin=path)); print("REACHED")\n  except ImportError: pass',
  'a forged code object':
    'def f(): pass\nf.__code__ = f.__code__.replace(co_code=b"d\\xff" * 50, co_stacksize=0)\nf()',
  'signals to itself': 'import os, signal\nsignal.alarm(1)\nos.kill(os.getpid(), 9)',
  'signals to others':
    'import os\nfor pid in (os.getppid(), 1, -1): \n  try: os.kill(pid, 9)\n  except OSError as error: print(error)',
  threads: 'import threading\nt = threading.Thread(target=print, args=("x",))\nt.start()',
  processes: 'import multiprocessing\nmultiprocessing.Process(target=print).start()',
  'an endless loop': 'while True: pass',
  'a loop that catches all': 'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
  'an endless regular expression': 'import re\nre.match(r"(a+)+$", "a" * 60 + "b")',
  'an endless number': '9 ** (10 ** 9)',
  sleep: 'import time\ntime.sleep(10 ** 6)',
  'memory in lists': 'x = []\nwhile True: x.append([0] * 10 ** 6)',
  'memory in a text': 'x = "x" * 10 ** 6\nwhile True: x += x',
  'memory in files': 'n = 0\nwhile True:\n  open(str(n), "w").write("x" * 10 ** 6)\n  n += 1',
  truncate: 'open("f", "wb").truncate(2 ** 31 - 1)\nprint("REACHED")',
  seek: 'f = open("f", "wb")\nf.seek(2 * 10 ** 9)\nf.write(b"x")\nf.flush()\nprint("REACHED")',
  pipe: 'import os\nr, w = os.pipe()\nos.set_blocking(w, False) if hasattr(os, "set_blocking") else None\nn = 0\nwhile n < 2 ** 28: n += os.write(w, b"x" * 10 ** 6)\nprint("REACHED")',
  folders: 'import os\nn = 0\nwhile n < 10 ** 6:\n  os.mkdir(str(n))\n  n += 1\nprint("REACHED")',
  'recursion without a limit': 'import sys\nsys.setrecursionlimit(2 ** 31 - 1)\ndef f(): f()\nf()',
  'the stack of C':
    'x = eval("(" * 90 + ")" * 90)\nimport sys\nsys.setrecursionlimit(10 ** 9)\nx = ()\nfor i in range(10 ** 6): x = (x,)\nhash(x)',
  'endless output': 'while True: print("x" * 1000)',
  'output that catches all': 'while True:\n  try: print("x" * 1000)\n  except BaseException: pass',
  'another standard library':
    'import os\nopen("/lib/site/os.py", "w").write("print(\'REACHED\')")\nwith open("/lib/python313.zip", "r+b") as f: f.write(b"x" * 10 ** 6)',
  'something for the next run':
    'for path in ("/program/left", "/tmp/left", "/lib/site/sitecustomize.py"):\n  try: open(path, "w").write("print(\'REACHED\')")\n  except OSError: pass',
}

/** In JavaScript. */
export const JAVASCRIPT_ATTEMPTS: Readonly<Record<string, string>> = {
  process: 'console.log(process.env)',
  require: 'console.log(require("fs").readFileSync("{file}", "utf8"))',
  'std and os':
    'for (const name of ["std", "os", "WebAssembly", "fetch", "Deno", "Bun", "process"]) if (name in globalThis) console.log("REACHED", name)',
  'import of fs': 'import("fs").then((fs) => console.log(fs.readFileSync("{file}", "utf8")))',
  'import of a file': 'import("file://{file}").then((x) => console.log("REACHED"))',
  fetch: 'fetch("http://127.0.0.1:{port}/reached")',
  Function: 'console.log(Function("return this")().process.env)',
  'constructor of console.log': 'console.log(console.log.constructor("return process")().env)',
  'the host’s global object':
    'console.log(readline.constructor.constructor("return globalThis")().process.env)',
  'prototype pollution':
    'Object.prototype.reached = "REACHED"; Array.prototype.reached = 1; console.log(JSON.parse(\'{"__proto__":{"x":1}}\').x)',
  'hostile getters': 'throw { get name() { for (;;); }, get message() { for (;;); } }',
  'hostile proxies':
    'console.log(new Proxy({}, { get() { return () => { for (;;); } }, ownKeys() { for (;;); } }))',
  'hostile toString': 'const x = { toString() { throw x } }; throw x',
  'an error with own __proto__':
    'throw JSON.parse(\'{"__proto__":{"name":"REACHED"},"name":1,"message":{"a":1}}\')',
  'an endless loop': 'for (;;);',
  'a loop that catches all': 'for (;;) try { for (;;); } catch {}',
  'endless promises': 'const f = () => Promise.resolve().then(f); f()',
  'an endless regular expression': '/(a+)+$/.test("a".repeat(60) + "b")',
  'an endless number': 'let x = 3n; for (;;) x = x * x',
  'a text as long as can be': 'let x = "x"; for (;;) x = x + x',
  'memory in arrays': 'const x = []; for (;;) x.push(new Array(1e5).fill(1))',
  'memory in buffers': 'const x = []; for (;;) x.push(new Uint8Array(1e6))',
  'memory in maps': 'const x = new Map(); for (let i = 0; ; i++) x.set(i, String(i))',
  recursion: 'const f = () => { f() }; f()',
  'the parser’s recursion': 'eval("[".repeat(1e6))',
  'recursion in JSON': 'let x = []; for (let i = 0; i < 1e6; i++) x = [x]; JSON.stringify(x)',
  'a sort without an end': '[3, 2, 1].sort(() => { for (;;); })',
  'endless output': 'for (;;) console.log("x".repeat(1000))',
  'output that catches all': 'for (;;) try { console.log("x".repeat(1000)) } catch {}',
  'shared memory':
    'new SharedArrayBuffer(2 ** 30); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'the host’s functions':
    'readline.call(null, { toString() { return "REACHED" } }); Object.getPrototypeOf(readline).call = 1; readline(...new Array(1e5))',
}
