"""Where a treatment stands, and which deed leads where: one table, from which the diagram is drawn too.

Nothing here is stored: a state is read off the moments of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from needlework.clinic.errors import (
    ClinicError,
    CreamAfterStart,
    NeverStarted,
    TreatmentSigned,
    TreatmentWrongMoment,
)
from needlework.clinic.models import Treatment

from .wording import moment


class State(StrEnum):
    """Where a treatment stands."""

    PREPARING = "preparing"
    NUMBING = "numbing"
    STARTED = "started"
    STOPPED = "stopped"
    FINISHED = "finished"
    SIGNED = "signed"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        """The state in a word or two."""
        return _LABELS[self]


class Deed(StrEnum):
    """What can be done to a treatment, in the words of a refusal."""

    AGREE = "confirm the history or the consent"
    NUMB = "put on numbing cream"
    WIPE = "wipe off numbing cream"
    OPEN_PACKET = "open a packet"
    APPLY = "put on a product"
    START = "start"
    TREAT = "chart an area"
    FINISH = "finish the needling"
    STOP = "stop the treatment"
    SOOTHE = "record pain, redness and sharps"
    GIVE_AFTERCARE = "give the aftercare"
    SIGN = "sign"
    AMEND = "write an amendment"
    CLOSE_UNUSED = "close it as opened in error"


_LABELS: Final = MappingProxyType(
    {
        State.PREPARING: "Preparing",
        State.NUMBING: "Numbing",
        State.STARTED: "In treatment",
        State.STOPPED: "Stopped",
        State.FINISHED: "Finished, to be signed",
        State.SIGNED: "Signed",
        State.VOIDED: "Opened in error",
    }
)

_P, _N, _T, _X, _F, _S, _V = (
    State.PREPARING,
    State.NUMBING,
    State.STARTED,
    State.STOPPED,
    State.FINISHED,
    State.SIGNED,
    State.VOIDED,
)
D = Deed

MOVES: Final[Mapping[State, Mapping[Deed, State]]] = MappingProxyType(
    {
        _P: {D.AGREE: _P, D.NUMB: _N, D.WIPE: _P, D.OPEN_PACKET: _P, D.APPLY: _P, D.START: _T, D.STOP: _X, D.CLOSE_UNUSED: _V},
        _N: {D.AGREE: _N, D.NUMB: _N, D.WIPE: _P, D.OPEN_PACKET: _N, D.APPLY: _N, D.STOP: _X},
        _T: {D.WIPE: _T, D.OPEN_PACKET: _T, D.APPLY: _T, D.TREAT: _T, D.SOOTHE: _T, D.FINISH: _F, D.STOP: _X},
        _X: {D.WIPE: _X, D.APPLY: _X, D.SOOTHE: _X, D.GIVE_AFTERCARE: _X, D.SIGN: _S},
        _F: {D.WIPE: _F, D.APPLY: _F, D.SOOTHE: _F, D.GIVE_AFTERCARE: _F, D.SIGN: _S},
        _S: {D.AMEND: _S},
        _V: {},
    }
)  # fmt: skip
"""From a state, by a deed, to a state. What is not here is refused."""

_HERE: Final = MappingProxyType(
    {
        State.PREPARING: "The needling has not started yet.",
        State.NUMBING: "Numbing cream is still on the skin.",
        State.STARTED: "The needling has already started.",
        State.STOPPED: "This treatment was stopped.",
        State.FINISHED: "The needling is finished.",
        State.VOIDED: "This treatment was opened in error and is closed.",
    }
)


def state(treatment: Treatment, *, cream_on: bool = False) -> State:
    """Where it stands. `cream_on` says whether numbing cream is on the skin and not wiped off."""
    if treatment.voided_at is not None:
        return State.VOIDED
    if treatment.signed_at is not None:
        return State.SIGNED
    if treatment.stopped_at is not None:
        return State.STOPPED
    if treatment.finished_at is not None:
        return State.FINISHED
    if treatment.started_at is not None:
        return State.STARTED
    return State.NUMBING if cream_on else State.PREPARING


def allowed(here: State, deed: Deed) -> bool:
    """Whether the table has this move."""
    return deed in MOVES[here]


def refusal(treatment: Treatment, here: State, deed: Deed) -> ClinicError:
    """Why a deed is not possible here, in a sentence that says what is."""
    if here is State.SIGNED:
        signed_at = treatment.signed_at
        when = "" if signed_at is None else moment(signed_at, treatment.site.time_zone)
        return TreatmentSigned(by=treatment.signed_by, day=when)
    if deed is Deed.NUMB and here in {State.STARTED, State.STOPPED, State.FINISHED}:
        return CreamAfterStart()
    if deed is Deed.TREAT and here in {State.PREPARING, State.NUMBING}:
        return NeverStarted()
    if deed is Deed.SIGN and here in {State.PREPARING, State.NUMBING, State.STARTED}:
        return TreatmentWrongMoment(because="Finish the needling, or stop the treatment, before you sign it.")
    if deed is Deed.GIVE_AFTERCARE and here is State.STARTED:
        return TreatmentWrongMoment(because="Finish the needling first; then give the aftercare.")
    return TreatmentWrongMoment(because=f"{_HERE[here]} It is not possible to {deed} now.")


def check_move(treatment: Treatment, here: State, deed: Deed) -> State:
    """Where the deed leads. Raises TreatmentSigned, CreamAfterStart, NeverStarted or TreatmentWrongMoment."""
    if not allowed(here, deed):
        raise refusal(treatment, here, deed)
    return MOVES[here][deed]


def diagram() -> str:
    """The table as a Mermaid state diagram; deeds that lead back to the same state are left out."""
    lines = ["stateDiagram-v2", "    [*] --> preparing: open"]
    for here, moves in MOVES.items():
        lines += [f"    {here} --> {there}: {deed}" for deed, there in moves.items() if there is not here]
    return "\n".join(lines) + "\n"
