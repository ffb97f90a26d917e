"""What two threads gain, beside two independent processes: the second says what the machine has to give at all."""

import time

import numpy as np
from programs import Worker

ROUNDS = 3
SECONDS = 5.0  # that one thread needs at least


def measure(problem, rounds=ROUNDS):
    """Return the row: speed-up by two threads, and throughput of two processes over that of one; wall-clock."""
    pair = []
    try:
        for tag in ("-1", "-2"):
            pair.append(Worker("lossland", problem, tag))
            pair[-1].call("explore", threads=2, max_searches=100)  # loads everything
        max_searches = _enough(pair[0])
        times = np.array([_round(pair, max_searches) for _ in range(rounds)])
    finally:
        for worker in pair:
            worker.close()
    one, two, both = np.median(times, axis=0)
    print(f"  {max_searches} searches: one thread {one:.1f} s, two threads {two:.1f} s, two processes {both:.1f} s")
    ours, theirs = times[:, 0] / times[:, 1], 2.0 * times[:, 0] / times[:, 2]
    return "two_threads", "processes", np.median(ours), np.median(theirs), np.median(ours / theirs)


def _enough(worker):
    """Return a number of searches that take one thread :data:`SECONDS` or more."""
    number = 100
    while (seconds := worker.call("explore", threads=1, max_searches=number)) < SECONDS:
        number = int(number * min(4.0, max(1.5, 1.2 * SECONDS / seconds)))
    return number


def _round(pair, max_searches):
    """Return wall-clock seconds of one thread, of two threads, and of two processes at a time."""
    one, two = (pair[0].call("explore", threads=threads, max_searches=max_searches) for threads in (1, 2))
    start = time.perf_counter()
    for worker in pair:
        worker.ask("explore", threads=1, max_searches=max_searches)
    for worker in pair:
        worker.answer()
    return one, two, time.perf_counter() - start
