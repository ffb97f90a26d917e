"""Whether what an objective needs fits in memory, asked before it is made."""

import os
from pathlib import Path

from lossland.errors import InputError

GIB = 2**30
UNTOLD = 10**9  # GiB; beyond, a number of them says no more
#: what a control group, as of a container, allows: its files in version 2 and in version 1
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_room(numbers: int, what: str):
    """Refuse to make more floating-point numbers than there is memory for.

    Parameters
    ----------
    numbers : int
        How many.
    what : str
        What they are for, in the plural.

    Raises
    ------
    InputError
        When they need more than :func:`present_memory`.
    """
    needed, present = 8 * numbers, present_memory()
    if needed > present:
        room = f"{needed / GIB:.1f} GiB" if needed < UNTOLD * GIB else "more than a billion GiB"
        raise InputError(f"{what} need {room} of memory, but there are {present / GIB:.1f} GiB")


def present_memory() -> int:
    """Return the bytes of memory of this machine, or those that the control group allows, when they are fewer."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *(limit for path in LIMITS if (limit := _limit(path)) is not None)])


def _limit(path):
    """Return the number in a file of the system, None where there is no file or no number, as in "max"."""
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
