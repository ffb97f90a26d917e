"""One run at a time in a folder, with a lock that the system takes away when the run dies, however it dies."""

import fcntl
from pathlib import Path

_held = []


def hold(path):
    """Lock ``path`` until this process ends; return whether that worked."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    _held.append(file)
    return True
