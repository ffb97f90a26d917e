"""One landscape explored by one, two or three jobs of the real workflow is one file."""

import pytest

TINY = """
studies: [own]
datasets:
  points: {{kind: csv, path: config/example/points.csv, inputs: [x1, x2], label: class}}
landscapes:
  own:
    points:
      dataset: points
      inputs: [x1, x2]
      layer_sizes: [2, 2, 3]
      n_data: 60
      regularisation: 1.0e-2
      explore: {{n_starts: 8, n_hops: 0, max_searches: 60, searches_per_minimum: 50, round_size: 20, chunk_size: 4}}
shards: {{landscape: {number}}}
threads: {{landscape: {threads}}}
"""
LANDSCAPE = "results/own/points/landscape.h5"


@pytest.fixture(scope="module")
def landscapes():
    return []


@pytest.mark.parametrize(("number", "threads"), [(1, 2), (2, 1), (3, 1)])
def test_number_of_shards_does_not_show(snakemake, tmp_path, write_config, landscapes, number, threads):
    config = write_config(TINY.format(number=number, threads=threads))
    process = snakemake(tmp_path, LANDSCAPE, "--configfile", config)
    assert process.returncode == 0, process.stdout
    shards = "landscape_shard" in process.stdout
    assert shards == (number > 1)
    assert [path.name for path in (tmp_path / LANDSCAPE).parent.iterdir() if path.is_file()] == ["landscape.h5"]
    assert not list((tmp_path / "results/own/points").glob("checkpoint*"))
    landscapes.append((tmp_path / LANDSCAPE).read_bytes())
    assert landscapes[-1] == landscapes[0]
    if number == 2:
        again = snakemake(tmp_path, LANDSCAPE, "--configfile", config)
        assert "Nothing to be done" in again.stdout
