"""Digest of library modules and of all that they import, so that an edit reruns exactly the rules that use it."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "lossland"
#: what the scripts share; few and small, so a change of any of them counts for every rule
HELPERS = sorted((Path(__file__).resolve().parent / "scripts").glob("_*.py"))


def code_digest(*modules, package=PACKAGE):
    """Return a digest of ``package``'s ``modules`` (dotted, relative to the package) and of their imports in it.

    The package's own ``__init__`` counts, but what it imports for users' convenience does not.
    """
    for module in modules:
        if _file(package, module) is None:
            raise ValueError(f"{package.name} has no module {module}: correct the code(...) of the rule that names it")
    found, waiting = set(), [file for module in modules for file in _levels(f"{package.name}.{module}", package)]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            if file != package / "__init__.py":
                waiting.extend(_imports(file, package))
    digest = hashlib.sha256()
    for file in HELPERS if package == PACKAGE else ():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for file in sorted(found):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _file(package, dotted):
    """Return the source of the module ``dotted`` (relative to the package, '' for itself), or None."""
    path = package.joinpath(*dotted.split(".")) if dotted else package
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


@cache
def _imports(file, package):
    """Return the package's sources that one source imports."""
    names = _imported_names(ast.parse(file.read_text()), file, package)
    return frozenset(source for name in names for source in _levels(name, package))


def _levels(name, package):
    """Return the sources of a dotted name: of the package, of every package on the way, of the module."""
    parts = name.split(".")
    if parts[0] != package.name:
        return []
    levels = [_file(package, ".".join(parts[1:length])) for length in range(1, len(parts) + 1)]
    return [level for level in levels if level is not None]


def _imported_names(tree, file, package):
    parents = [package.name, *file.relative_to(package).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
