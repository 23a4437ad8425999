# What Python's own ast says about each program of a JSON list on standard input. Writes the golden of
# test/curate/code/python_ast.test.ts: python3 test/support/python_ast.py --golden < programs.json > golden.json
import ast, inspect, json, sys


def parameters(a):
    plain = [("plain", x) for x in a.posonlyargs + a.args]
    rest = [("rest", a.vararg)] if a.vararg else []
    keyword = [("keyword", x) for x in a.kwonlyargs]
    keywords = [("keywords", a.kwarg)] if a.kwarg else []
    return [[x.arg, kind] for kind, x in plain + rest + keyword + keywords]


def complexity(tree):
    total = 1
    for n in ast.walk(tree):
        if isinstance(n, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.IfExp, ast.ExceptHandler, ast.Assert)):
            total += 1
        elif isinstance(n, ast.match_case):
            total += 1 + (n.guard is not None)
        elif isinstance(n, ast.comprehension):
            total += 1 + len(n.ifs)
        elif isinstance(n, ast.BoolOp):
            total += len(n.values) - 1
    return total


def recursive(f):
    return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == f.name for n in ast.walk(f))


def imports(tree):
    found = []
    for n in ast.walk(tree):
        if isinstance(n, ast.Import):
            found += [x.name for x in n.names]
        elif isinstance(n, ast.ImportFrom):
            found.append("." * n.level + (n.module or ""))
    return sorted(set(found))


def facts(source):
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    functions.sort(key=lambda n: (n.lineno, n.col_offset))
    return {
        "functions": [
            {
                "name": f.name,
                "parameters": parameters(f.args),
                "docstring": ast.get_docstring(f),
                "lines": [min([f.lineno] + [d.lineno for d in f.decorator_list]), f.end_lineno],
                "complexity": complexity(f),
                "recursion": recursive(f),
            }
            for f in functions
        ],
        "classes": sorted(n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)),
        "imports": imports(tree),
        "complexity": complexity(tree),
    }


programs = json.load(sys.stdin)
if "--golden" in sys.argv:
    json.dump([{"source": source, "facts": facts(source)} for source in programs], sys.stdout, indent=1)
else:
    json.dump([facts(source) for source in programs], sys.stdout)
