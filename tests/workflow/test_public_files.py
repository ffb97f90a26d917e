"""Public files are taken from where they are right, and what is wrong with the others is said in one sentence."""

import gzip
import hashlib

import public_data
import pytest
from public_data import folder_of_mnist
from public_files import MNIST_FILES, PublicFile, UnavailableError, obtain

CONTENT = {"a.gz": b"first file", "b.gz": b"second"}
FILES = tuple(
    PublicFile(name, hashlib.sha256(content).hexdigest(), len(content), ("http://one/", "http://two/"))
    for name, content in CONTENT.items()
)


def put(folder, **changes):
    folder.mkdir()
    for name, content in (CONTENT | changes).items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def no_network(address):
    raise OSError("no route to host")


def test_right_copy_is_taken_and_nothing_is_downloaded(tmp_path):
    copy = put(tmp_path / "copy")
    assert obtain(FILES, tmp_path / "cache", [copy], no_network) == copy
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"a.gz": b"first f"}, "a.gz has 7 bytes, but expected 10"),
        ({"a.gz": b"first FILE"}, "a.gz has the SHA-256 sum "),
        ({"b.gz": None}, "b.gz cannot be read (No such file or directory)"),
    ],
)
def test_faulty_copy_is_named_when_nothing_else_is_there(tmp_path, change, fault):
    copy = put(tmp_path / "copy", **change)
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with pytest.raises(UnavailableError) as raised:
        obtain(FILES, tmp_path / "cache", [copy], no_network)
    sentence = str(raised.value)
    assert f"{copy}/{fault}" in sentence
    assert "http://one/a.gz cannot be read (no route to host); http://two/a.gz cannot be read" in sentence
    assert "\n" not in sentence
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_faulty_copy_is_passed_over_for_a_download(tmp_path):
    copy = put(tmp_path / "copy", **{"a.gz": b"wrong"})
    asked = []

    def download(address):
        asked.append(address)
        return CONTENT[address.rsplit("/", 1)[1]]

    cache = tmp_path / "cache"
    assert obtain(FILES, cache, [copy], download) == cache
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == CONTENT
    assert asked == ["http://one/a.gz", "http://one/b.gz"]
    assert obtain(FILES, cache, [], no_network) == cache  # kept


def test_second_home_and_damaged_cache(tmp_path):
    cache = put(tmp_path / "cache", **{"b.gz": b"sec"})

    def download(address):
        return b"<html>moved</html>" if address.startswith("http://one/") else CONTENT["b.gz"]

    assert obtain(FILES, cache, [], download) == cache
    assert (cache / "b.gz").read_bytes() == CONTENT["b.gz"]
    (cache / "b.gz").unlink()
    with pytest.raises(UnavailableError, match="http://one/b.gz has 18 bytes, but expected 6; http://two/b.gz has 0"):
        obtain(FILES, cache, [], lambda address: b"<html>moved</html>" if "one" in address else b"")


def test_cache_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match=r"cache cannot be written \(Not a directory\)"):
        obtain(FILES, tmp_path / "file" / "cache", [], lambda address: CONTENT[address.rsplit("/", 1)[1]])


@pytest.fixture
def nothing_known(monkeypatch):
    """Take the variables out of the environment; what a call sets there is gone again when the test is over."""
    for name in ("FOLDER", "MISSING"):
        monkeypatch.setenv(f"LOSSLAND_MNIST_{name}", "")
        monkeypatch.delenv(f"LOSSLAND_MNIST_{name}")


def test_jobs_take_the_folder_of_their_run(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", "")
    monkeypatch.setenv("LOSSLAND_MNIST_MISSING", "mnist is left out: why")
    assert folder_of_mnist([], tmp_path, fetch=False) == (None, "mnist is left out: why")
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", "/somewhere")
    monkeypatch.setenv("LOSSLAND_MNIST_MISSING", "")
    assert folder_of_mnist([], tmp_path, fetch=False) == ("/somewhere", "")


@pytest.mark.parametrize("fetch", [True, False])  # a run, and a dry one
def test_a_wish_is_checked(tmp_path, monkeypatch, nothing_known, fetch):
    monkeypatch.setattr(public_data, "MNIST_FILES", FILES)
    copy = put(tmp_path / "wish")
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", str(copy))
    assert folder_of_mnist([], tmp_path, fetch) == (str(copy), "")
    monkeypatch.delenv("LOSSLAND_MNIST_MISSING")
    (copy / "b.gz").write_bytes(b"sec")
    sentence = f"mnist is left out: {copy}/b.gz has 3 bytes, but expected 6 (LOSSLAND_MNIST_FOLDER names that folder)"
    assert folder_of_mnist([], tmp_path, fetch) == (None, sentence)
    assert folder_of_mnist([], tmp_path, fetch=False) == (None, sentence)  # in a job of that run
    monkeypatch.delenv("LOSSLAND_MNIST_MISSING")
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", "")
    assert folder_of_mnist([], tmp_path, fetch) == (None, "mnist is left out: LOSSLAND_MNIST_FOLDER is empty")


def test_dry_run_fetches_nothing_and_says_what_is_missing(tmp_path, nothing_known):
    folder, sentence = folder_of_mnist(["copy"], tmp_path, fetch=False)
    assert folder is None
    assert sentence.startswith("mnist is left out: ")
    assert not (tmp_path / "data").exists()


def test_faulty_copy_is_not_passed_over_in_silence(tmp_path, monkeypatch, nothing_known):
    monkeypatch.setattr(public_data, "MNIST_FILES", FILES)
    put(tmp_path / "copy", **{"a.gz": b"wrong"})
    (tmp_path / "data").mkdir()
    cache = put(tmp_path / "data" / "mnist")
    sentence = f"{tmp_path}/copy/a.gz has 5 bytes, but expected 10; the copy in {cache} is taken instead"
    assert folder_of_mnist(["none", "copy"], tmp_path, fetch=True) == (str(cache), sentence)
    assert folder_of_mnist(["copy"], tmp_path, fetch=False) == (str(cache), "")  # in a job: said already


def test_copies_after_the_right_one_are_not_looked_at(tmp_path, monkeypatch, nothing_known):
    monkeypatch.setattr(public_data, "MNIST_FILES", FILES)
    copy = put(tmp_path / "copy")
    put(tmp_path / "later", **{"a.gz": b"wrong"})
    assert folder_of_mnist(["copy", "later"], tmp_path, fetch=True) == (str(copy), "")


def test_summary_says_what_is_left_out(tmp_path, repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from summary import make_page  # the script: a plain function

    columns = "kind,where,quantity,value,expected,z,verdict\n"
    (tmp_path / "check.csv").write_text(columns + "quality,D1,unverified points,0,0,,passed\n")
    numbers = ["n_minima", "n_transition_states", "n_transition_states_nondegenerate", "n_components"]
    numbers += ["coverage_minima", "coverage_transition_states", "chao1_minima", "n_searches", "train_gmin_loss"]
    (tmp_path / "table.csv").write_text("quantity,value\n" + "".join(f"{name},1\n" for name in numbers))
    page, nothing = tmp_path / "summary.md", {"tables": [], "claims": [], "lists": [], "figures": []}
    rest = {"landscapes": [tmp_path / "table.csv"], "names": ["D1"], "left_out": ["mnist is left out: why"]}
    make_page(**nothing, **rest, path_to_verdicts=tmp_path / "check.csv", path_to_page=page)
    assert "**mnist is left out: why**" in page.read_text().splitlines()


def test_pinned_sums_are_those_of_the_real_files(repository):
    folder = repository.parent / "shared" / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no copy of MNIST in {folder}")
    assert obtain(MNIST_FILES, folder / "nowhere", [folder], no_network) == folder
    for file in MNIST_FILES:
        assert gzip.decompress((folder / file.name).read_bytes())
