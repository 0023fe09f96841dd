"""Frames of a tablet's camera, and the test of a scanner."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from needlework.clinic.actions import scans as actions
from needlework.clinic.errors import LabelNotRead, RuleBroken
from needlework.clinic.queries import scans as queries
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.scans import WEDGE, code_for_test
from needlework.web.scanned import is_tested, keep_test
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page


@require_POST
@staff_page
def frame(request: Visit) -> HttpResponse:
    """What the camera sees: the packet, why its code is refused, or nothing yet. Nothing is kept."""
    try:
        seen = queries.look(request.actor, request.body, on=day_at(request, None), quick=True)
    except LabelNotRead as error:
        return JsonResponse({"because": str(error)})
    if seen is None:
        return JsonResponse({})
    return JsonResponse({"code": seen.code, "words": seen.words})


@staff_page
def scanner(request: Visit) -> HttpResponse:
    """A code that shows whether a scanner sends the separators; the tablet remembers it."""
    check_may(request.actor, Act.SEE_STOCK)
    refused = ""
    if request.method == "POST":
        try:
            if request.POST.get("scan_by") != WEDGE:
                raise LabelNotRead(
                    because="This was not sent by a scanner. Point the scanner at the code below."
                )
            actions.pass_scanner(sent=request.POST.get("scan", ""), by=request.actor, at=request.at)
        except RuleBroken as error:
            refused = str(error)
        else:
            messages.success(
                request, "This scanner sends the separators. This tablet remembers it for a year."
            )
            passed = redirect("scanner")
            keep_test(passed, passed=True, secure=request.is_secure())
            return passed
    context = {
        "errors": [refused] if refused else [],
        "tested": is_tested(request) and not refused,
        "code": mark_safe(code_for_test()),  # noqa: S308  drawn by the house, from constants
    }
    response = render(request, "stock/scanner.html", context, status=422 if refused else 200)
    if refused:
        keep_test(response, passed=False, secure=request.is_secure())
    return response
