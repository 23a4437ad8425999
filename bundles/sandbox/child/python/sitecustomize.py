# Python imports this before the program, and runs the harness with builtins that the program cannot reach.
import builtins, posix

_device = posix.open("/dev/harness", posix.O_RDWR)
posix.unlink("/dev/harness")
exec(posix.read(_device, 1 << 20), {"__builtins__": dict(builtins.__dict__), "device": _device})
