"""An edit changes the digest of exactly those modules that import it, directly or not."""

import pytest
from code_digest import code_digest

SOURCES = {
    "__init__.py": "from package import top\n",
    "base.py": "X = 1\n",
    "middle.py": "from package.base import X\n",
    "top.py": "from . import middle\nfrom .folder import leaf\n",
    "folder/__init__.py": "",
    "folder/leaf.py": "from ..base import X\n",
    "alone.py": "import numpy\n",
}


@pytest.fixture
def package(tmp_path):
    for name, text in SOURCES.items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "package"


@pytest.mark.parametrize(
    ("edited", "moved"),
    [
        ("base.py", {"middle", "top", "folder.leaf", "base"}),
        ("middle.py", {"middle", "top"}),
        ("folder/leaf.py", {"folder.leaf", "top"}),
        ("folder/__init__.py", {"folder.leaf", "top"}),
        ("alone.py", {"alone"}),
        ("top.py", {"top"}),
    ],
)
def test_edit_moves_the_digests_of_its_importers_only(package, tmp_path_factory, edited, moved):
    modules = ("base", "middle", "top", "folder.leaf", "alone")
    before = {module: code_digest(module, package=package) for module in modules}
    # another folder, because one run reads each source once
    copy = tmp_path_factory.mktemp("edited") / "package"
    for name, text in SOURCES.items():
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + ("Y = 2\n" if name == edited else ""))
    after = {module: code_digest(module, package=copy) for module in modules}
    assert {module for module in modules if before[module] != after[module]} == moved


def test_module_that_does_not_exist(package):
    with pytest.raises(ValueError, match="package has no module missing"):
        code_digest("base", "missing", package=package)
