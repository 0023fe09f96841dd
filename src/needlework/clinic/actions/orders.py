"""A prescriber orders a numbing product for a course, and withdraws the order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import AlreadyOrdered, NotFound, OrderNeedsPrescriber
from needlework.clinic.models import AnaestheticOrder, Course
from needlework.clinic.rules import orders as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from .voiding import take_back


@transaction.atomic
def order_anaesthetic(
    *, course: Course, product: str, max_g: Decimal, because: str, by: Actor, at: datetime
) -> AnaestheticOrder:
    """Order a product for every treatment of a course, up to so many grams in each. An unlicensed one is used only so.

    Raises NotAllowed, NotFound, OrderNeedsPrescriber, ReasonNeeded, CourseClosed, AnaestheticBarred, AlreadyOrdered,
    or BadInput at its field.
    """
    check_access(by, Act.PLAN, course)
    locked = Course.objects.select_for_update(of=("self",)).select_related("patient__clinic", "clinic")
    course = locked.get(pk=course.pk)
    on = local_day(at, course.clinic.time_zone)
    row = rules.check_order(course, product, max_g, on=on, by=by)
    check_reason(because)
    try:
        with transaction.atomic():
            order = AnaestheticOrder.objects.create(
                clinic=course.clinic,
                course=course,
                patient=course.patient,
                product=product,
                max_g=max_g,
                because=because.strip(),
                ordered_at=at,
                ordered_by=by.name,
                registration_number=by.registration_number,
            )
    except IntegrityError as clash:
        held = AnaestheticOrder.objects.get(course=course, product=product, voided_at=None)
        raise AlreadyOrdered(what=row.name, who=held.ordered_by) from clash
    audit.record(
        Event.ANAESTHETIC_ORDERED,
        by=by,
        at=at,
        about=order,
        detail={"product": product, "max_g": f"{float(max_g):g}", "registration": by.registration_number},
    )
    return order


@transaction.atomic
def withdraw_order(*, order: AnaestheticOrder, because: str, by: Actor, at: datetime) -> AnaestheticOrder:
    """From now on nothing is used on this order; what was used stays. Any prescriber may withdraw it.

    Raises NotAllowed, NotFound, OrderNeedsPrescriber, ReasonNeeded, AlreadyVoided.
    """
    check_access(by, Act.PLAN, order)
    if not by.is_prescriber:
        raise OrderNeedsPrescriber(what="numbing products, or withdraws such an order")
    found = AnaestheticOrder.objects.select_for_update(of=("self",)).filter(pk=order.pk).first()
    if found is None:
        raise NotFound(thing="order")
    take_back(row=found, because=because, by=by, at=at)
    audit.record(
        Event.ANAESTHETIC_ORDER_WITHDRAWN,
        by=by,
        at=at,
        about=found,
        detail={"product": found.product, "because": because.strip()},
    )
    return found
