"""Times PyTorch and faiss for the benchmark: requests and replies are lines of JSON on stdin and stdout."""

import gc
import importlib
import json
import sys
import time

THREADS = int(sys.argv[1])


def load(module, setup):
    """Imports a peer that may be missing: its version and None, or None and why not."""
    try:
        loaded = importlib.import_module(module)
        setup(loaded)
        return loaded.__version__, None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def calls(peer):
    return importlib.import_module(f"{peer}_calls")


def sample(run, milliseconds, samples):
    """Seconds of runs: until time and number are reached, or ten times the time is gone."""
    seconds = []
    begin = time.perf_counter()
    while True:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        seconds.append(now - start)
        gone = (now - begin) * 1000
        if (gone >= milliseconds and len(seconds) >= samples) or gone >= 10 * milliseconds:
            return seconds


def main():
    setups = {
        "torch": lambda torch: torch.set_num_threads(THREADS),
        "faiss": lambda faiss: faiss.omp_set_num_threads(THREADS),
    }
    loaded = {name: load(name, setup) for name, setup in setups.items()}
    print(
        json.dumps(
            {
                "versions": {name: version for name, (version, _) in loaded.items() if version},
                "missing": {name: why for name, (_, why) in loaded.items() if why},
            }
        ),
        flush=True,
    )
    cases = {}
    for line in sys.stdin:
        request = json.loads(line)
        case = request["case"]
        try:
            reply = {}
            if request["do"] == "prepare":
                cases[case] = getattr(calls(request["peer"]), request["call"])(**request["args"])
                cases[case]()
            elif request["do"] == "sample":
                run = cases[case]
                if request["milliseconds"] >= 100:
                    sample(run, 50, 1)
                reply["seconds"] = sample(run, request["milliseconds"], request["samples"])
            elif request["do"] == "results":
                reply["results"] = cases[case]().tolist()
            else:
                cases.pop(case, None)
                gc.collect()
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
