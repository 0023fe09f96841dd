"""The rules: functions named check_* which raise, and their quiet twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from needlework.clinic.errors import ClinicError

P = ParamSpec("P")


def why_not(check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> ClinicError | None:
    """What a check would raise, or None: for a button that is disabled with its reason beside it."""
    try:
        check(*args, **kwargs)
    except ClinicError as error:
        return error
    return None
