"""The house rules that can be read off the sources, each tried on an offence before the repository is judged by it."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A module may import only from those before it; a package or module that is missing here is an offence.
ORDER = ["_runtime", "_lazy", "errors", "status", "_kernel", "_vector", "objectives", "sphere_descent", "sgd"]
ORDER += [
    "lbfgs",
    "_tridiagonal",
    "_quadratic",
    "gradient_flow",
    "steepest_descent",
    "lowest_mode",
    "minimise",
    "datasets",
]
ORDER += ["basin_hopping", "hybrid", "saddle", "path"]
ORDER += ["mask_symmetry", "_canonical", "lattice_symmetry", "symmetry", "point_index"]
ORDER += ["completeness", "_guarded_file", "_seal", "landscape_file", "recorded", "_table", "verified", "landscape"]
ORDER += ["searches", "chunk", "yields", "merging", "journal", "sharing", "connections", "partners"]
ORDER += ["explore_options", "planning", "survey", "exploration"]
ORDER += ["analysis", "plotting", "interop", "reference", "verify", "cli", "__main__", "__init__"]
SEARCHES = (
    "lbfgs",
    "gradient_flow",
    "steepest_descent",
    "minimise",
    "basin_hopping",
    "lowest_mode",
    "hybrid",
    "saddle",
    "path",
)
# what they compute in Python decides the last bits of a search
STEERING = (*SEARCHES, "searches", "symmetry", "partners", "planning", "yields", "exploration", "chunk")
STUDIES = ("chitturi", "ballard", "verpoort", "niroomand")
SAFE_FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
FASTMATH_USERS = ("objectives", "_vector", "_tridiagonal")  # arithmetic only, no decisions
# One evaluation over many data: a compiled search cannot hand chunks to Python threads; they are added in order.
PARALLEL = ("src/lossland/objectives/mlp_threads.py",)
MAX_LINES = 400
MAX_SCRIPT_LINES = 40


def read(*patterns):
    """Return the text of the files that match, by path from the root; no match is an error, not an empty judgement."""
    texts = {}
    for pattern in patterns:
        paths = [path for path in sorted(ROOT.glob(pattern)) if path.is_file()]
        assert paths, f"{pattern} matches no file"
        texts.update({path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths})
    return texts


def part(path):
    """Name the part of the package that a source belongs to: src/lossland/objectives/mlp.py -> objectives."""
    return path.removeprefix("src/lossland/").split("/")[0].removesuffix(".py")


def imports(path, text):
    """Yield line and dotted name, without ``lossland.``, of everything that a source imports from the package."""
    package = ["lossland", *path.removeprefix("src/lossland/").split("/")[:-1]]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            names = [".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "lossland":
                yield node.lineno, name.removeprefix("lossland").removeprefix(".")


def wrong_imports(texts):
    """Imports that point forwards, and parts without a place in the order."""
    for path, text in texts.items():
        own = part(path)
        if own not in ORDER:
            yield f"{path}: {own} has no place in ORDER"
            continue
        for line, name in imports(path, text):
            other = name.split(".")[0] if name.split(".")[0] in ORDER else "__init__"
            if other != own and ORDER.index(other) >= ORDER.index(own):
                yield f"{path}:{line}: {own} imports {name or 'lossland'}, which comes later"


def known_objectives(texts):
    """Search modules that import more of the objectives than their types."""
    for path, text in texts.items():
        if part(path) in SEARCHES:
            for line, name in imports(path, text):
                if name.split(".")[0] == "objectives" and name.split(".")[1:2] != ["base"]:
                    yield f"{path}:{line}: {part(path)} imports {name}, but is handed its objective"


def without_prose(text):
    """Return a Python source without its comments and docstrings, where papers may be cited."""
    docstrings = set()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                docstrings.add((value.lineno, value.col_offset))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    kept = [t for t in tokens if t.type != tokenize.COMMENT and t.start not in docstrings]
    return "\n".join(token.string for token in kept)


def study_names(texts):
    """Studies that the library knows: their names in code, text or file names; or a study's key anywhere."""
    keys = re.compile(rf"({'|'.join(STUDIES)})_?\d{{4}}", re.IGNORECASE)
    for path, text in texts.items():
        for name in STUDIES:
            if name in path.lower() or name in without_prose(text).lower():
                yield f"{path}: names the study {name}"
        for match in keys.finditer(text):
            yield f"{path}: names the study {match[0]}"


def workflow_words(texts):
    """Mentions of the workflow manager."""
    for path, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if "snakemake" in line.lower():
                yield f"{path}:{number}: {line.strip()}"


def workflow_imports(texts):
    """Imports of the workflow manager."""
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "snakemake" for name in names):
                yield f"{path}:{node.lineno}: imports snakemake"


def long_files(texts, limit=MAX_LINES):
    """Files of more lines than allowed."""
    for path, text in texts.items():
        n_lines = len(text.splitlines())
        if n_lines > limit:
            yield f"{path}: {n_lines} lines, more than {limit}"


def long_scripts(texts):
    """Workflow scripts that are too long to be thin."""
    return long_files(texts, MAX_SCRIPT_LINES)


def unlike_scripts(texts):
    """Workflow scripts that are not a function and a guard; what they share (_name.py) needs none."""
    for path, text in texts.items():
        body = ast.parse(text).body
        if not any(isinstance(node, ast.FunctionDef) for node in body):
            yield f"{path}: no plain function"
        outside = [n for n in body if not (isinstance(n, ast.If) and "snakemake" in ast.unparse(n.test))]
        if len(outside) == len(body):
            yield f"{path}: no guard `if ... snakemake ...`"
        for node in outside:
            if any(isinstance(name, ast.Name) and name.id == "snakemake" for name in ast.walk(node)):
                yield f"{path}:{node.lineno}: uses snakemake outside the guard"


def jit_calls(text):
    """Yield every call of a numba compiler, and every bare decorator, which takes no options."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and re.fullmatch(
            r"(numba\.)?(kernel|n?jit|(gu)?vectorize|cfunc)", ast.unparse(node.func)
        ):
            yield node


def options(call):
    """Return the keywords of a call as expressions; ``**options`` stands under None."""
    return {keyword.arg: keyword.value for keyword in call.keywords}


def is_literally(node, value):
    """Whether an expression is this constant."""
    return isinstance(node, ast.Constant) and node.value is value


def is_kernel(node):
    """Whether a node is a function that is compiled."""
    return isinstance(node, ast.FunctionDef) and any(
        re.match(r"kernel\b|(numba\.)?n?jit\b", ast.unparse(decorator)) for decorator in node.decorator_list
    )


def unsigned_kernels(texts):
    """Kernels that are cached without ``_kernel.kernel``, which wants a signature and loads them when needed."""
    for path, text in texts.items():
        for call in jit_calls(text):
            given = options(call)
            if None in given:
                yield f"{path}:{call.lineno}: spell the options out"
            if "cache" in given and not is_literally(given["cache"], False):
                yield f"{path}:{call.lineno}: cached otherwise than by @kernel"
            if "parallel" in given and not is_literally(given["parallel"], False) and path not in PARALLEL:
                yield f"{path}:{call.lineno}: parallel kernels are not reproducible; use threads over nogil kernels"


def library_sums(texts):
    """Products and norms by NumPy's BLAS where a search is steered: their bits depend on what was imported first."""
    for path, text in texts.items():
        if part(path) not in STEERING:
            continue
        tree = ast.parse(text)
        kernels = {  # compiled, they call SciPy's library, which is pinned
            id(inner) for node in ast.walk(tree) if is_kernel(node) for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
            call = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            blas = re.fullmatch(r"np\.(linalg\.norm|dot|vdot|inner|matmul|tensordot)", call) or call.endswith(".dot")
            if (product or blas) and id(node) not in kernels:
                yield f"{path}:{node.lineno}: a sum by NumPy's library"


def fastmath_offences(texts):
    """Fast-math flags that are spelled out, unsafe, named twice, or used where a search decides."""
    named, used = {}, set()
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Assign) and "fastmath" in ast.unparse(node.targets[0]).lower():
                named.setdefault(ast.unparse(node.targets[0]), []).append((f"{path}:{node.lineno}", node.value))
        for call in jit_calls(text):
            flags = options(call).get("fastmath")
            if flags is None or is_literally(flags, False):
                continue
            if part(path) not in FASTMATH_USERS:
                yield f"{path}:{call.lineno}: fast-math outside {' and '.join(FASTMATH_USERS)}"
            if isinstance(flags, ast.Name):
                used.add(flags.id)
            else:
                yield f"{path}:{call.lineno}: fast-math flags are not a name"
    for name in used - set(named):
        yield f"{name}: fast-math flags without a definition"
    places = [place for definitions in named.values() for place, _ in definitions]
    if len(places) > 1:
        yield f"fast-math flags are named at {', '.join(places)}; once is enough"
    for place, value in (definition for definitions in named.values() for definition in definitions):
        if not set(ast.literal_eval(value)) <= SAFE_FASTMATH:
            yield f"{place}: {ast.unparse(value)} holds more than {sorted(SAFE_FASTMATH)}"


def impure_kernels(texts):
    """Kernels that print, log, read or write files or draw random numbers."""
    banned = re.compile(r"print|open|(np|numpy)\.random\..*|random\..*|logging\..*|logger\..*|log\.\w+")
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            for call in ast.walk(node) if is_kernel(node) else ():
                if isinstance(call, ast.Call) and banned.fullmatch(ast.unparse(call.func)):
                    yield f"{path}:{call.lineno}: the kernel {node.name} calls {ast.unparse(call.func)}"


PACKAGE = ("src/lossland/**/*.py",)
WORKFLOW = ("Snakefile", "workflow/**/*.smk", "workflow/**/*.py")
SCRIPTS = ("workflow/scripts/*.py",)

RULES = {
    wrong_imports: PACKAGE,
    known_objectives: PACKAGE,
    study_names: PACKAGE,
    workflow_words: PACKAGE,
    workflow_imports: (*PACKAGE, "tools/*.py", "tests/unit/*.py"),
    long_files: PACKAGE + WORKFLOW,
    long_scripts: SCRIPTS,
    unlike_scripts: ("workflow/scripts/[!_]*.py",),
    unsigned_kernels: PACKAGE,
    fastmath_offences: PACKAGE,
    library_sums: PACKAGE,
    impure_kernels: PACKAGE,
}

FLAGS = "FASTMATH = {'nsz'}\n"
KERNEL = "@kernel({})\ndef f():\n    pass\n"
FUNCTION = "def f(path):\n    return path\n"

# rule, the place of a source without path and suffix, an offence, something near it that keeps the rule
EXAMPLES = [
    (wrong_imports, "saddle", "from lossland.exploration import explore", "import lossland.status"),
    (wrong_imports, "objectives/mlp", "from ..symmetry import a", "from .base import DATA"),
    (wrong_imports, "status", "def f():\n    from lossland import cli", "from lossland import errors"),
    (wrong_imports, "cli", "from lossland import name", "from lossland import verify"),
    (wrong_imports, "errors", "import lossland", "import numpy"),
    (wrong_imports, "helpers", "", None),
    (known_objectives, "path", "from lossland.objectives import mlp", "from lossland.objectives import base"),
    (known_objectives, "saddle", "import lossland.objectives.mlp", "from lossland.objectives.base import DATA"),
    (study_names, "cli", "a = 'Ballard'", '"""Ballard 2017, eq. 6."""'),
    (study_names, "cli", '"""For ballard2017."""', "# Ballard (2017)"),
    (study_names, "analysis/chitturi", "", None),
    (workflow_words, "cli", "# for Snakemake", "# for a workflow"),
    (workflow_imports, "cli", "from snakemake.script import Snakemake", "# snakemake"),
    (workflow_imports, "cli", "def f():\n    import snakemake", "snakemake = 1"),
    (long_files, "cli", "\n" * 401, "\n" * 400),
    (long_scripts, "cli", "\n" * 41, "\n" * 40),
    (unlike_scripts, "cli", FUNCTION, FUNCTION + "if snakemake:\n    f(1)"),
    (unlike_scripts, "cli", "if snakemake:\n    print(1)", FUNCTION + "if 'snakemake' in globals():\n    f(1)"),
    (unlike_scripts, "cli", FUNCTION + "a = snakemake.input\nif snakemake:\n    f(1)", None),
    (unsigned_kernels, "cli", "f = numba.njit(void(), cache=ON)(g)", KERNEL.format("void()")),
    (unsigned_kernels, "cli", "@njit(cache=True)\ndef f():\n    pass", "@njit\ndef f():\n    pass"),
    (unsigned_kernels, "cli", KERNEL.format("void(), **FAST"), KERNEL.format("void(), inline='always'")),
    (unsigned_kernels, "cli", KERNEL.format("void(), parallel=True"), KERNEL.format("void(), parallel=False")),
    (
        unsigned_kernels,
        "objectives/mlp_threads",
        KERNEL.format("void(), cache=True"),
        KERNEL.format("void(), parallel=ON"),
    ),
    (library_sums, "path", "a = np.linalg.norm(x)", "a = norm(x)"),
    (library_sums, "symmetry", "a = x @ y", "@kernel(void())\ndef f():\n    a = x @ y"),
    (library_sums, "yields", "a = np.vdot(x, y)", "a = (x * y).sum()"),
    (fastmath_offences, "objectives/mlp", KERNEL.format("fastmath=True"), KERNEL.format("fastmath=False")),
    (fastmath_offences, "objectives/mlp", KERNEL.format("fastmath=A"), FLAGS + KERNEL.format("fastmath=FASTMATH")),
    (fastmath_offences, "_vector", "FASTMATH = {'nnan'}", FLAGS),
    (fastmath_offences, "_vector", FLAGS + "FASTMATH_2 = {'nsz'}", FLAGS),
    (fastmath_offences, "saddle", FLAGS + KERNEL.format("fastmath=FASTMATH"), FLAGS + KERNEL.format("void()")),
    (
        impure_kernels,
        "cli",
        KERNEL.format("void()") + "    np.random.random()",
        KERNEL.format("void()") + "    np.log(2)",
    ),
    (impure_kernels, "cli", KERNEL.format("void()") + "    print(1)", "def f():\n    print(1)"),
]


@pytest.mark.parametrize(("rule", "place", "offence", "innocent"), EXAMPLES)
def test_rule_tells_offence_from_innocence(rule, place, offence, innocent):
    path = f"src/lossland/{place}.py"
    assert list(rule({path: offence}))
    assert innocent is None or list(rule({path: innocent})) == []


@pytest.mark.parametrize("rule", RULES)
def test_repository_keeps_rule(rule):
    offences = "\n".join(rule(read(*RULES[rule])))
    assert offences == ""


def test_every_rule_is_tried():
    assert {rule for rule, *_ in EXAMPLES} == set(RULES)


def test_missing_files_are_not_judged_innocent():
    with pytest.raises(AssertionError, match="matches no file"):
        read("src/lossland/no_such_module.py")
