"""A digest of all bytes at the end of a file, checked before anything interprets them.

HDF5 trusts its own structures: a single changed bit in them can keep it busy for ever. It ignores what follows its end,
and cuts it off when it changes a file, so a file that was edited on purpose has no seal: its content has another digest
than recorded, which is told from a file that was merely cut off.
"""

import hashlib

MARK = b"lossland"
LENGTH = len(MARK) + hashlib.sha256().digest_size
BLOCK = 1 << 20


def seal(file) -> None:
    """Append the mark and the sha256 of all bytes of a file that is open for reading and writing."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    file.write(MARK + digest.digest())


def sealed(path) -> bool:
    """Whether a file has a seal at its end, right or wrong."""
    with open(path, "rb") as file:
        file.seek(max(0, file.seek(0, 2) - LENGTH))
        return file.read(len(MARK)) == MARK


def broken(path) -> bool:
    """Whether a file has a seal that was cut off or does not belong to its bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        left = file.seek(0, 2) - LENGTH
        if left < 0:
            return False
        file.seek(left)
        last = file.read()
        if not last.startswith(MARK):
            return MARK in last
        file.seek(0)
        while left and (block := file.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return last != MARK + digest.digest()
