"""How a round is cut into chunks: nothing lost, nothing too large, and threads that end together."""

import heapq

import pytest

from lossland.planning import cut


@pytest.mark.parametrize("n_searches", [1, 2, 7, 50, 100, 401])
@pytest.mark.parametrize("chunk_size", [1, 10, 50])
def test_chunks_are_the_plan_in_order_and_never_grow(n_searches, chunk_size):
    chunks = cut(list(range(n_searches)), chunk_size)
    sizes = [len(chunk) for chunk in chunks]
    assert [search for chunk in chunks for search in chunk] == list(range(n_searches))
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) <= chunk_size
    assert sizes[-1] == 1


@pytest.mark.parametrize("n_threads", [2, 3, 4])
def test_threads_end_within_one_search_of_each_other(n_threads):
    ends = [0] * n_threads  # of equal searches; whoever is free takes the next chunk
    for chunk in cut(list(range(100)), 10):
        heapq.heapreplace(ends, ends[0] + len(chunk))
    assert max(ends) - min(ends) <= 1


def test_two_long_chains_go_to_two_threads():
    assert cut(["chain", "chain"], 10) == [["chain"], ["chain"]]


def test_an_empty_plan_has_no_chunks():
    assert cut([], 10) == []
