"""How much numbing cream may go on, for how long, on whom: the dose of the science with what the record knows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from needlework.clinic.errors import (
    BadInput,
    BatchExpired,
    ClinicError,
    CreamOnTooLong,
    DoseRefused,
)
from needlework.clinic.models import AnaestheticApplication, Treatment
from needlework.skin import dosing
from needlework.skin.dosing import Dose
from needlework.skin.tables import UnknownCodeError

from . import courses, orders, screenings, wording

ADDS_UP_FOR: Final = timedelta(hours=24)
_FIELDS: Final = frozenset({"area_cm2", "minutes", "weight_kg", "grams"})


def already(treatment: Treatment, *, at: datetime, but: int | None = None) -> list[tuple[str, float]]:
    """What the patient had on in the last 24 hours, in any treatment: it adds up [g]."""
    rows = AnaestheticApplication.objects.filter(
        treatment__patient=treatment.patient_id, voided_at=None, applied_at__gt=at - ADDS_UP_FOR
    )
    if but is not None:
        rows = rows.exclude(pk=but)
    return [(product, float(grams)) for product, grams in rows.values_list("product", "grams")]


def judge_dose(
    treatment: Treatment,
    *,
    product: str,
    grams: Decimal,
    area_cm2: Decimal,
    minutes: int,
    weight_kg: Decimal,
    occluded: bool,
    needled: bool,
    at: datetime,
    on: date,
) -> tuple[Dose, list[ClinicError]]:
    """The dose, limit by limit, and every reason against it: what the history, the licence and the order say.

    A prescriber's order is one that stands written in this course; neither the plan nor who acts counts as one.
    Raises BadInput for a figure that cannot be right.
    """
    patient = treatment.patient
    held = screenings.assess(patient, on=on)
    order = orders.order_for(treatment, product)
    try:
        dose = dosing.dose(
            product,
            float(grams),
            area_cm2=float(area_cm2),
            minutes=float(minutes),
            weight_kg=float(weight_kg),
            age=screenings.age(patient, on),
            already=already(treatment, at=at),
            conditions=_conditions(held),
            occluded=occluded,
            needled=needled,
            prescriber_order=order is not None,
            clinic_max_g=held.pack.max_g,
            pack=held.pack,
        )
    except dosing.DoseError as error:
        because = str(error).split(": ", 1)[-1]
        raise BadInput(because=because, at_field=error.field if error.field in _FIELDS else None) from error
    except UnknownCodeError as error:
        raise BadInput(because="Choose the product from the list.", at_field="product") from error
    reasons: list[ClinicError] = [DoseRefused(because=sentence) for sentence in dose.refusals]
    if order is not None and grams + orders.used_g(treatment, product) > order.max_g:
        because = f"{order.ordered_by} ordered at most {order.max_g:g} g of it for one treatment."
        reasons.append(DoseRefused(because=because))
    if held.screening.unanswered_about_numbing:
        reasons.append(screenings.incomplete(held.screening.unanswered_about_numbing, held.pack))
    return dose, reasons


def _conditions(held: screenings.Assessment) -> list[str]:
    """What the answers say about numbing, without what bars a product and was let through by somebody who may."""
    known = held.pack.conditions
    let = {code for code in courses.released(held) if code in known and known[code].effect == "blocks"}
    return sorted(code for code in held.screening.conditions - let if code in known)


def check_batch(product: str, batch: str, expires_on: date, *, on: date) -> None:
    """Raises BadInput or BatchExpired."""
    if not batch.strip() or len(batch) > 40:
        raise BadInput(because="Give the batch number printed on the tube.", at_field="batch")
    if expires_on < on:
        raise BatchExpired(product=wording.product(product), batch=batch, day=wording.day(expires_on))


def check_time_on(application: AnaestheticApplication, *, at: datetime) -> None:
    """It came off within the longest time of the licence. Raises CreamOnTooLong."""
    longest = latest_minutes(application)
    minutes = (at - application.applied_at) / timedelta(minutes=1)
    if longest is not None and minutes > longest + 0.5:
        product = wording.product(application.product)
        raise CreamOnTooLong(product=product, minutes=round(minutes), longest=f"{longest:g}")


def latest_minutes(application: AnaestheticApplication) -> float | None:
    """The longest time on the skin, as it was judged when the cream went on [min]."""
    for limit in application.limits:
        if limit["limit"] == "minutes":
            return float(limit["value"])
    return None
