"""What a prescriber may order, and which order stands behind an application of numbing cream."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from needlework.clinic.errors import AnaestheticBarred, BadInput, OrderNeedsPrescriber
from needlework.clinic.models import AnaestheticApplication, AnaestheticOrder, Course, Treatment
from needlework.clinic.who import Actor
from needlework.skin import dosing, limits
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Anaesthetic
from needlework.skin.tables import UnknownCodeError

from . import courses, screenings


def most_g(product: Anaesthetic, pack: Pack) -> float | None:
    """The most of a product that can be ordered for anybody [g]: its ceiling, or the mass limit of lidocaine."""
    known = [limits.ceiling_g(product, pack.max_g)]
    if product.licence == "unlicensed" and product.lidocaine_percent:
        known.append(limits.LIDOCAINE_MAX_MG / limits.mass_mg(product.lidocaine_percent, 1))
    return min((each for each in known if each is not None), default=None)


def check_order(course: Course, product: str, max_g: Decimal, *, on: date, by: Actor) -> Anaesthetic:
    """A prescriber orders a product that may be used at all, within what nobody can override.

    Raises OrderNeedsPrescriber, CourseClosed, AnaestheticBarred or BadInput.
    """
    courses.check_open(course)
    held = screenings.assess(course.patient, on=on)
    try:
        row = dosing.product(product, held.pack)
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="product") from wrong
    if not by.is_prescriber:
        raise OrderNeedsPrescriber(what=row.name)
    never = courses.never_used(row, held.pack)
    if never:
        raise AnaestheticBarred(product=row.name, because=never)
    firm = [
        held.pack.conditions[code].because
        for code in sorted(held.screening.conditions)
        if courses.blocks(held.pack.conditions.get(code), row)
        and held.pack.conditions[code].override_by != "prescriber"
    ]
    if firm and courses.anaesthetic_barriers(row, held):
        raise AnaestheticBarred(product=row.name, because=firm[0])
    if not Decimal("0.1") <= max_g <= Decimal(200) or max_g != round(max_g, 1):
        because = "Give grams of the product for one treatment, from 0.1 to 200, with one decimal at most."
        raise BadInput(because=because, at_field="max_g")
    most = most_g(row, held.pack)
    if most is not None and float(max_g) > most + 1e-9:
        because = f"At most {int(most * 10) / 10:g} g of {row.name} can be ordered for one treatment; nobody can override this."
        raise BadInput(because=because, at_field="max_g")
    return row


def order_for(treatment: Treatment, product: str) -> AnaestheticOrder | None:
    """The order of this product that stands in the course of a treatment."""
    rows = AnaestheticOrder.objects.filter(course=treatment.course_id, product=product, voided_at=None)
    return rows.first()


def used_g(treatment: Treatment, product: str) -> Decimal:
    """What was put on of a product in this treatment already [g]."""
    rows = AnaestheticApplication.objects.filter(treatment=treatment, product=product, voided_at=None)
    return sum(rows.values_list("grams", flat=True), Decimal(0))
