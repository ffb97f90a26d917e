"""The errors lossland raises on purpose; everything else that escapes is a bug."""


class LosslandError(Exception):
    """Base of every error raised on purpose; its message is one sentence meant for the user."""


class InputError(LosslandError, ValueError):
    """Something handed in (a value, an option, a point) is not what was expected."""


class FileFormatError(LosslandError):
    """A file is missing, truncated, foreign, damaged or of a newer format."""


class VerificationError(LosslandError):
    """Recomputation contradicts what was recorded."""
