"""Who runs which chunk of a round: the threads of this process, and other processes that use the same journal.

Processes know of each other by files alone.  A chunk that is there is never run; one that another shard has claimed is
run only when waiting has not brought it, since its owner may be dead.  A chunk that is run twice comes out the same, so
claims save work and decide nothing else.
"""

import threading
import time

from lossland.errors import InputError
from lossland.journal import Journal

FIRST_PATIENCE = 2.0  # seconds to wait for others as long as no chunk has been timed
SHORTEST_POLL, LONGEST_POLL = 0.005, 1.0  # seconds


class Sharing:
    """Runs the chunks of one round after the other, together with other shards.

    Parameters
    ----------
    journal : Journal
    shard : tuple (int, int)
        Number of this shard, from 0, and how many there are. Chunks i, i + n, ... of a round are shard i's own: those
        that it runs first.

    Raises
    ------
    InputError
        When there is no such shard, or nothing that shards could share.
    """

    def __init__(self, journal: Journal, shard=(0, 1)):
        index, number = shard
        if not 0 <= index < number:
            raise InputError(f"shard is {index} of {number}; expected a number from 0 on below that of all shards")
        if number > 1 and journal.folder is None:
            raise InputError(f"shard is {index} of {number}, but there is no checkpoint folder to share")
        self.journal, self.shard = journal, (index, number)
        self.longest = 0.0  # seconds that a chunk has taken

    def chunks(self, number: int, functions, run=map, n_workers: int = 1) -> list:
        """Return the chunks of a round, all there and packed.

        Parameters
        ----------
        number : int
            Of the round.
        functions : sequence of callables
            Each returns one :class:`~lossland.chunk.Chunk`; those that are in the journal are not called.
        run : map-like
            Runs the workers, one after the other or as threads.
        n_workers : int
        """
        found = self.journal.read_round(number)
        if len(found) == len(functions):
            self.journal.tidy(number, len(found))  # whoever packed it may have been killed at that
            return found
        desk = _Desk(self, number, len(functions))

        def work(_):
            for position in iter(desk.next, None):
                start = time.monotonic()
                chunk = functions[position]()
                self.longest = max(self.longest, time.monotonic() - start)
                desk.finish(position, chunk)

        try:
            list(run(work, range(n_workers)))
        finally:
            desk.closed = True  # after an error the other workers finish their chunk and no more
        found = [desk.found[position] for position in range(len(functions))]
        self.journal.pack(number, found)
        return found


def preferred_order(n_chunks: int, index: int, n_shards: int) -> list[int]:
    """Return the positions of a round's chunks, those that are the shard's own first."""
    return sorted(range(n_chunks), key=lambda position: (position % n_shards != index, position))


class _Desk:
    """Hands the missing chunks of one round to the workers of this process."""

    def __init__(self, sharing, number, n_chunks):
        self.sharing, self.journal, self.number = sharing, sharing.journal, number
        self.order = preferred_order(n_chunks, *sharing.shard)
        self.found, self.busy, self.others = {}, set(), set()
        self.closed, self.lock = False, threading.Lock()

    def next(self):
        """Return the position of a chunk to run, or None when there is none left for this worker."""
        patience = None
        while not self.closed:
            with self.lock:
                news = self._look()
                position = self._unclaimed()
                if position is not None:
                    return position
                missing = [position for position in self.order if position in self.others]
                if not missing:
                    return None
                if patience is None or news:
                    patience = time.monotonic() + (2.0 * self.sharing.longest or FIRST_PATIENCE)
                if time.monotonic() >= patience:
                    return self._take(missing[0])
            time.sleep(min(LONGEST_POLL, max(SHORTEST_POLL, 0.02 * self.sharing.longest)))
        return None

    def finish(self, position, chunk):
        """Keep a chunk that has been run."""
        self.journal.write(self.number, position, chunk)
        with self.lock:
            self._keep(position, chunk)

    def _look(self):
        """Take over what has been written by others or in an earlier life; return whether there was anything."""
        before = len(self.found)
        for position in self.order:
            if position not in self.found and position not in self.busy:
                self._read(position)
        if len(self.found) < len(self.order) and self.others:  # another shard may have merged and packed the round
            for position, chunk in enumerate(self._packed()):
                self._keep(position, chunk)
        return len(self.found) > before

    def _unclaimed(self):
        """Return a chunk that nobody else has said to be running, now claimed for this process."""
        for position in self.order:
            if position in self.found or position in self.busy or position in self.others:
                continue
            if not self._claim(position):
                self.others.add(position)
            elif not self._finished_meanwhile(position):
                return self._take(position)
        return None

    def _claim(self, position):
        index, n_shards = self.sharing.shard
        return n_shards == 1 or self.journal.claim(self.number, position, f"{index}")

    def _finished_meanwhile(self, position):
        """Return whether a chunk, once claimed, is there after all: its first owner's claim went with its packing."""
        if self.sharing.shard[1] > 1 and not self._read(position):
            for other, chunk in enumerate(self._packed()):
                self._keep(other, chunk)
        if position not in self.found:
            return False
        self.journal.unclaim(self.number, position)
        return True

    def _packed(self):
        chunks = self.journal.read_round(self.number)
        return chunks if len(chunks) == len(self.order) else []

    def _read(self, position):
        chunk = self.journal.read(self.number, position)
        if chunk is not None:
            self._keep(position, chunk)
        return chunk is not None

    def _keep(self, position, chunk):
        self.found.setdefault(position, chunk)
        self.busy.discard(position)
        self.others.discard(position)

    def _take(self, position):
        self.busy.add(position)
        self.others.discard(position)
        return position
