"""What prescribers have ordered."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import AnaestheticOrder, Clinic, Course
from needlework.clinic.rules import orders as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.courses import never_used
from needlework.clinic.rules.packs import pack_of
from needlework.clinic.who import Actor
from needlework.skin.packs.rows import Anaesthetic


def orders_of(by: Actor, course: Course) -> list[AnaestheticOrder]:
    """The orders of a course, those that stand first, withdrawn ones after them. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, course)
    rows = list(course.orders.order_by("-ordered_at", "-pk"))
    return sorted(rows, key=lambda row: row.voided_at is not None)


def standing(course: Course) -> list[AnaestheticOrder]:
    """The orders of a course which were not withdrawn."""
    return list(course.orders.filter(voided_at=None).order_by("product"))


def order(by: Actor, public_id: UUID) -> AnaestheticOrder:
    """One order. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    rows = AnaestheticOrder.objects.filter(clinic_id=by.clinic_id, public_id=public_id)
    found = rows.select_related("course", "patient").first()
    if found is None:
        raise NotFound(thing="order")
    return found


def products(clinic: Clinic) -> list[tuple[Anaesthetic, float | None]]:
    """What can be ordered in a clinic, each with the most for one treatment [g]; unlicensed products first."""
    pack = pack_of(clinic)
    rows = [row for row in pack.anaesthetics.values() if not never_used(row, pack)]
    rows.sort(key=lambda row: row.licence != "unlicensed")
    return [(row, rules.most_g(row, pack)) for row in rows]
