"""Every way the clinic can say no: a code, a sentence, and the field it belongs to.

A face looks an error up by its kind (`NotAllowed`, `NotFound`, `RuleBroken`) and shows `str(error)`.
The full list, made from this file, is docs/generated/errors.md.
"""

from __future__ import annotations

from typing import ClassVar


class ClinicError(Exception):
    """A refusal. Its sentence says what is wrong and what to do next."""

    code: ClassVar[str] = "clinic-error"
    sentence: ClassVar[str] = "This is not possible."
    field: ClassVar[str | None] = None

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


class NotAllowed(ClinicError):
    """The role does not permit it."""

    code = "not-allowed"
    sentence = "Your role ({role}) does not allow this. Ask {who} to do it."


class NotFound(ClinicError):
    """There is no such thing, or it belongs to another clinic: the answer is the same."""

    code = "not-found"
    sentence = "There is no such {thing} in this clinic."


class RuleBroken(ClinicError):
    """A rule of the clinic says no."""

    code = "rule-broken"


class BadInput(RuleBroken):
    """A value that cannot be meant: the sentence names the field and what is accepted."""

    code = "bad-input"
    sentence = "{because}"

    def __init__(self, *, because: str, at_field: str | None = None) -> None:
        self.at_field = at_field
        super().__init__(because=because)


def field_of(error: ClinicError) -> str | None:
    """The form field at which an error is to be shown, if it has one."""
    return getattr(error, "at_field", None) or error.field
