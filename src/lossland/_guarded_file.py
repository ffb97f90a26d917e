"""A file that HDF5 can write to until the end, come what may."""

import io
import os


class GuardedFile(io.RawIOBase):
    """A file for HDF5 that keeps the first error to itself.

    HDF5 cannot close a file that it failed to write, and complains again when the process ends.  So it never hears of a
    full disk: the error is kept here and raised after HDF5 is done.

    Attributes
    ----------
    error : OSError or None
    """

    def __init__(self, file):
        self._file = file
        self.error = None

    def seek(self, offset, whence=os.SEEK_SET):
        return self._file.seek(offset, whence)

    def tell(self):
        return self._file.tell()

    def readinto(self, buffer):
        return self._file.readinto(buffer)

    def write(self, buffer):
        return self._guard(self._file.write, buffer)

    def truncate(self, size=None):
        return self._guard(self._file.truncate, size)

    def flush(self):
        return self._guard(self._file.flush)

    def _guard(self, operation, *arguments):
        try:
            return operation(*arguments)
        except OSError as error:
            self.error = self.error or error
        return len(arguments[0]) if operation == self._file.write else None
