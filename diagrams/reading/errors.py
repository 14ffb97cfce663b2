"""Files that are no pictures."""


class UnreadableError(Exception):
    """A text is no picture of its format; it says why, and where."""
