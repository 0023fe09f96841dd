"""Messages that could not be sent: said plainly, and sent again by one button."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from needlework.clinic.actions import messages as actions
from needlework.clinic.actions import reading
from needlework.clinic.queries import messages
from needlework.web.visit import Visit, staff_page


@staff_page
def unsent(request: Visit) -> HttpResponse:
    """What was given up, to whom and why."""
    rows = messages.given_up(request.actor)
    reading.note(
        event="page-viewed", by=request.actor, at=request.at,
        detail={"page": "unsent-messages", "count": len(rows)},
    )  # fmt: skip
    return render(request, "messages/unsent.html", {"rows": rows})


@require_POST
@staff_page
def again(request: Visit, message: UUID) -> HttpResponse:
    """Try one of them again."""
    actions.try_again(message=messages.find(request.actor, message), by=request.actor, at=request.at)
    return redirect("messages")
