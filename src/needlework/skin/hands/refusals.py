"""Why a sheet gives no answer."""


class RollNotReadable(ValueError):
    """The picture of a dye roll cannot be used; `str()` says why, and what to do."""
