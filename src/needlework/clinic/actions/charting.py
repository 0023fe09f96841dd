"""What every entry into an unsigned treatment has in common: find and lock it, judge it, keep what was passed by.

A rule stops the next act; it never stops the recording of a fact. A fact that breaks a rule is recorded when a
reason is given, and opens a deviation for the medical lead, so that it can never pass as allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from needlework.clinic.errors import (
    ClinicError,
    ConsentWithdrawnMidway,
    NotFound,
    ReasonNeeded,
    RuleBroken,
)
from needlework.clinic.models import AnaestheticApplication, DeviceUnit, Treatment, Withdrawal
from needlework.clinic.queries.prepared import Prepared
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.transitions import Deed, State, check_move, refusal, state
from needlework.clinic.rules.wording import local_day, moment
from needlework.clinic.who import Actor

from .incidents import open_deviations


@dataclass(frozen=True, slots=True)
class Sitting:
    """One unsigned treatment, locked for this transaction, with what decides about the next entry."""

    treatment: Treatment
    state: State
    cream_on: bool
    withdrawn_at: datetime | None

    def on(self, at: datetime) -> date:
        """The day of a moment, at the site of the treatment."""
        return local_day(at, self.treatment.site.time_zone)

    def check_moment(self, deed: Deed) -> None:
        """Raises TreatmentSigned, NeverStarted, CreamAfterStart or TreatmentWrongMoment."""
        check_move(self.treatment, self.state, deed)

    def check_not_withdrawn(self) -> None:
        """Raises ConsentWithdrawnMidway."""
        if self.withdrawn_at is not None:
            raise ConsentWithdrawnMidway(time=moment(self.withdrawn_at, self.treatment.site.time_zone))

    def check_still_unsigned(self, deed: Deed) -> None:
        """Facts are recordable in any moment but these: after the signature, or after it was closed unused."""
        if self.state in {State.SIGNED, State.VOIDED}:
            raise refusal(self.treatment, self.state, deed)


def _locked(treatment: int) -> QuerySet[Treatment]:
    cream = AnaestheticApplication.objects.filter(treatment=OuterRef("pk"), removed_at=None, voided_at=None)
    withdrawal = Withdrawal.objects.filter(consent__days__treatment=OuterRef("pk"))
    return (
        Treatment.objects.select_for_update(of=("self",))
        .select_related("patient", "site", "plan")
        .annotate(
            cream_on=Exists(cream),
            withdrawn_at=Subquery(withdrawal.order_by("-withdrawn_at").values("withdrawn_at")[:1]),
        )
        .filter(pk=treatment)
        .order_by()
    )


_LOCKED = Prepared(_locked)  # every entry into a treatment begins with it


def sit(treatment: Treatment, *, by: Actor, act: Act) -> Sitting:
    """Lock a treatment and read what decides, in one query. Raises NotAllowed, NotFound.

    What the caller has already read beside it (patient, plan, site, ...) is taken along, not read again.
    """
    check_access(by, act, treatment)
    row = next(iter(_LOCKED.instances(treatment.pk)), None)
    if row is None:
        raise NotFound(thing="treatment")
    for name, related in treatment._state.fields_cache.items():
        if related is not None and getattr(row, f"{name}_id", None) == related.pk:
            row._state.fields_cache[name] = related
    return Sitting(row, state(row, cream_on=row.cream_on), row.cream_on, row.withdrawn_at)


def judge(checks: Iterable[Callable[[], object]], *, deviation_because: str | None) -> list[ClinicError]:
    """The rules that a fact breaks. Without a reason the first of them is raised; with one they are handed back."""
    if deviation_because is None:
        for check in checks:
            check()
        return []
    if not deviation_because.strip():
        raise ReasonNeeded()
    broken: list[ClinicError] = []
    for check in checks:
        try:
            check()
        except RuleBroken as error:
            broken.append(error)
    return broken


def keep(
    broken: Sequence[ClinicError],
    *,
    sitting: Sitting,
    because: str | None,
    unit: DeviceUnit | None = None,
    area: str = "",
    happened_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Open the deviations of a fact that was recorded all the same."""
    if broken and because is not None:
        open_deviations(
            broken=broken,
            because=because,
            treatment=sitting.treatment,
            patient=sitting.treatment.patient,
            unit=unit,
            area=area,
            happened_at=happened_at or at,
            by=by,
            at=at,
        )
