"""What a signature under a treatment stands for: who signs, and that nothing is missing."""

from __future__ import annotations

from collections.abc import Collection

from needlework.clinic.errors import (
    AftercareMissing,
    BadInput,
    ClinicError,
    NotIdentified,
    OnlyTheOneWhoTreatedSigns,
    SoothingMissing,
    WitnessMissing,
)
from needlework.clinic.models import AnaestheticApplication, DeviceUse, Treatment
from needlework.clinic.who import Actor, Role

from . import why_not
from .transitions import Deed, State, refusal
from .treatments import REDNESS, check_cream_off


def check_may_sign(treatment: Treatment, *, by: Actor, identified: bool) -> None:
    """The one who treated signs, having said again who they are; late entries are signed by the medical lead too.

    Raises OnlyTheOneWhoTreatedSigns or NotIdentified.
    """
    late = treatment.recorded_late_at is not None and by.role is Role.MEDICAL_LEAD
    if by.staff_id is None or (by.staff_id != treatment.practitioner_id and not late):
        raise OnlyTheOneWhoTreatedSigns(practitioner=treatment.practitioner.name)
    if not identified:
        raise NotIdentified()


def missing_for_signature(
    treatment: Treatment,
    *,
    uses: Collection[DeviceUse],
    treated: bool,
    creams: Collection[AnaestheticApplication],
    ended: bool = True,
) -> list[ClinicError]:
    """Everything a signature still waits for: the end, packets witnessed, cream off, soothing, sharps, aftercare.

    A treatment written up late is signed as far as it is known: what nobody noted then stays unknown.
    """
    missing: list[ClinicError] = []
    if not ended:
        missing.append(refusal(treatment, State.STARTED, Deed.SIGN))
    cream = why_not(check_cream_off, creams, zone=treatment.site.time_zone)
    if cream is not None:
        missing.append(cream)
    if treatment.recorded_late_at is None:
        missing += [WitnessMissing(device=use.unit.label) for use in uses if not use.witness]
        if treated and treatment.pain is None:
            missing.append(SoothingMissing(what="The pain"))
        if treated and not treatment.redness:
            missing.append(SoothingMissing(what="The redness"))
        if uses and not treatment.sharps_container:
            missing.append(SoothingMissing(what="The sharps container"))
    if treatment.aftercare_at is None:
        missing.append(AftercareMissing())
    return missing


def check_complete(
    treatment: Treatment,
    *,
    uses: Collection[DeviceUse],
    treated: bool,
    creams: Collection[AnaestheticApplication],
) -> None:
    """Nothing is missing that a signature stands under.

    Raises CreamStillOn, WitnessMissing, SoothingMissing or AftercareMissing.
    """
    for error in missing_for_signature(treatment, uses=uses, treated=treated, creams=creams):
        raise error


def check_soothing(*, pain: int | None, redness: str, sharps_container: str) -> None:
    """Raises BadInput."""
    if pain is not None and not 0 <= pain <= 10:
        raise BadInput(because="Pain is a number from 0 (none) to 10 (the worst).", at_field="pain")
    if redness and redness not in REDNESS:
        raise BadInput(because="Choose how red the skin is from the list.", at_field="redness")
    if len(sharps_container) > 60:
        raise BadInput(
            because="The name of the container has up to 60 characters.", at_field="sharps_container"
        )
