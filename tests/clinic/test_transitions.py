"""The table of moves: every refusal has a sentence, and the diagram is drawn from it."""

from __future__ import annotations

import pytest

from needlework.clinic import errors
from needlework.clinic.models import Site, Treatment
from needlework.clinic.rules import transitions
from needlework.clinic.rules.transitions import MOVES, Deed, State
from tests.factories.people import NOW


def _in(state: State) -> Treatment:
    row = Treatment(site=Site(time_zone="Europe/London"))
    if state is State.VOIDED:
        row.voided_at = NOW
    if state is State.SIGNED:
        row.signed_at, row.signed_by = NOW, "Dr Vale"
    if state in {State.STARTED, State.STOPPED, State.FINISHED, State.SIGNED}:
        row.started_at = NOW
    if state is State.STOPPED:
        row.stopped_at = NOW
    if state in {State.FINISHED, State.SIGNED}:
        row.finished_at = NOW
    return row


@pytest.mark.parametrize("here", list(State))
def test_a_state_is_read_off_the_moments(here: State) -> None:
    assert transitions.state(_in(here), cream_on=here is State.NUMBING) is here
    assert here.label


@pytest.mark.parametrize("here", list(State))
@pytest.mark.parametrize("deed", list(Deed))
def test_every_move_is_allowed_or_refused_with_a_whole_sentence(here: State, deed: Deed) -> None:
    row = _in(here)
    if deed in MOVES[here]:
        assert transitions.check_move(row, here, deed) is MOVES[here][deed]
        return
    with pytest.raises(errors.RuleBroken) as refused:
        transitions.check_move(row, here, deed)
    assert str(refused.value).endswith((".", "now."))
    if here is State.SIGNED:
        assert isinstance(refused.value, errors.TreatmentSigned)


def test_from_every_state_short_of_the_end_a_treatment_can_be_stopped_or_signed() -> None:
    for here in State:
        if here not in {State.SIGNED, State.VOIDED}:
            assert {Deed.STOP, Deed.SIGN} & set(MOVES[here])


def test_the_diagram_names_every_state() -> None:
    drawn = transitions.diagram()
    assert drawn.startswith("stateDiagram-v2")
    assert all(state.value in drawn for state in State)
