# Runs the tests of a program in the interpreter that ran it, and tells the host what they report. The host reads what is
# written to `device` and begins with the token that it gives together with the tests; it gives both to who knows the key,
# which only the functions here do. The program cannot reach them: an audit hook is called by the interpreter and kept by it.
import gc, posix, sys
from _json import encode_basestring_ascii as quote

monitoring = sys.monitoring
read, write, leave = posix.read, posix.write, posix._exit
frame, trace, profile, show = sys._getframe, sys.settrace, sys.setprofile, sys.__excepthook__
main = sys.modules["__main__"].__dict__
callbacks = gc.callbacks
key = read(device, 32)

# What leads a program to the hook, or puts a hook of its own behind it.
REFUSED = frozenset(("sys.addaudithook", "gc.get_objects", "gc.get_referrers"))


def encode(value):
    kind = type(value)
    if value is None or kind is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if kind is int:
        return int.__repr__(value) if -(1 << 53) < value < 1 << 53 else quote(int.__repr__(value))
    if kind is float:
        return float.__repr__(value) if value - value == 0 else quote(float.__repr__(value))
    if kind is str:
        return quote(value)
    if kind is list or kind is tuple:
        return "[" + ",".join([encode(one) for one in value]) + "]"
    if kind is dict:
        return "{" + ",".join([quote(name) + ":" + encode(one) for name, one in value.items()]) + "}"
    raise TypeError("report: None, bool, int, float, str, list, tuple and dict can be reported")


def hook(event, args):
    if event in REFUSED:
        raise RuntimeError(event + " is refused here")
    # The interpreter says so when the program has ended; a program that says so itself is in the frame above.
    if event == "cpython.run_interactivehook" and frame(0).f_back is None:
        finish()


def finish():
    trace(None)
    profile(None)
    callbacks.clear()
    for tool in range(6):
        if tool not in own_tools:
            forget(tool)
    write(device, key)
    token, tests = read(device, 32), read(device, 1 << 24)

    def report(value):
        write(device, token + b":" + encode(value).encode())

    status = status_of(sys.__dict__.get("last_exc"))
    if status == 0:
        shared["report"] = report
        try:
            exec(compile(tests, "tests.py", "exec"), shared)
        except BaseException as error:
            status = 1
            show(type(error), error, error.__traceback__)
    write(device, token + b"." + encode(status).encode())
    for stream in sys.__dict__.get("stdout"), sys.__dict__.get("stderr"):
        try:
            stream.flush()
        except BaseException:
            pass
    leave(status)


def status_of(error):
    if error is None:
        return 0
    if type(error) is not SystemExit:
        return 1
    code = error.code
    return 0 if code is None else code & 255 if type(code) is int else 1


def forget(tool):
    if monitoring.get_tool(tool) is None:
        return
    monitoring.set_events(tool, 0)
    for event in range(18):
        try:
            monitoring.register_callback(tool, 1 << event, None)
        except ValueError:
            pass


# What the tests see: what the prelude defined, and the program's names.
shared = {"__builtins__": __builtins__, "__name__": "tests", "program": main}
exec(compile(read(device, 1 << 24), "prelude.py", "exec"), shared)
own_tools = [tool for tool in range(6) if monitoring.get_tool(tool) is not None]
sys.addaudithook(hook)
