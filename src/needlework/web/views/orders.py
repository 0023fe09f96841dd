"""What prescribers order for a course."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import orders as actions
from needlework.clinic.actions import patients as patient_actions
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import courses as course_queries
from needlework.clinic.queries import orders as queries
from needlework.clinic.queries import treatments as treatment_queries
from needlework.clinic.rules.access import Act, check_may, may
from needlework.web.forms.orders import OrderForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import banner
from needlework.web.visit import Visit, clinic_of, staff_page, uuid_of

if TYPE_CHECKING:
    from needlework.clinic.models import Course


@staff_page
def orders(request: Visit, public_id: UUID) -> HttpResponse:
    """The orders of a course; a prescriber adds one. From a treatment it leads back to its cream."""
    course = course_queries.course(request.actor, public_id)
    products = [
        (row.code, row.name if most is None else f"{row.name}, at most {int(most * 10) / 10:g} g")
        for row, most in queries.products(clinic_of(request))
    ]
    form = OrderForm(request.POST if request.method == "POST" else None, products=products)
    if request.method == "POST":
        check_may(request.actor, Act.PLAN)
        if form.is_valid():
            try:
                actions.order_anaesthetic(course=course, **form.cleaned_data, by=request.actor, at=request.at)
            except ClinicError as error:
                show(form, error)
            else:
                messages.success(request, "The order stands.")
                return redirect(_back(request, course))
    return _page(request, course, form)


@require_POST
@staff_page
def withdraw(request: Visit, public_id: UUID) -> HttpResponse:
    """Nothing more is used on this order."""
    order = queries.order(request.actor, public_id)
    try:
        actions.withdraw_order(
            order=order, because=request.POST.get("because", ""), by=request.actor, at=request.at
        )
    except RuleBroken as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The order is withdrawn.")
    return redirect("orders", order.course.public_id)


def _page(request: Visit, course: Course, form: OrderForm) -> HttpResponse:
    patient_actions.open_record(patient=course.patient, page="orders", by=request.actor, at=request.at)
    context = {
        "course": course,
        "patient": course.patient,
        "banner": banner(course.patient),
        "orders": queries.orders_of(request.actor, course),
        "form": form,
        "prescribes": request.actor.is_prescriber and may(request.actor, Act.PLAN) and not course.closed_at,
    }
    return render(request, "orders/orders.html", context, status=422 if form.errors else 200)


def _back(request: Visit, course: Course) -> str:
    """The cream of the treatment one came from, else the orders."""
    sent = request.GET.get("treatment", "")
    if not sent:
        return reverse("orders", args=[course.public_id])
    found = treatment_queries.treatment(request.actor, uuid_of(sent))
    return reverse("treatment-step", args=[found.public_id, "numb"])
