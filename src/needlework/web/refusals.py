"""From an error of the clinic to the form or the page that says it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from needlework.clinic.errors import ClinicError, NotAllowed, NotFound, field_of


def show(form: forms.Form, error: ClinicError) -> None:
    """Put the sentence at its field, or on top of the form. What is not allowed or not there stays a page."""
    if isinstance(error, NotAllowed | NotFound):
        raise error
    field = field_of(error)
    form.add_error(field if field in form.fields else None, str(error))


STATUS: tuple[tuple[type[ClinicError], int], ...] = ((NotAllowed, 403), (NotFound, 404), (ClinicError, 422))


class RefusalMiddleware:
    """An error of the clinic which no form caught becomes a page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Anything that is not a ClinicError stays what it is: a bug, logged, answered with 500."""
        if not isinstance(error, ClinicError):
            return None
        status = next(status for kind, status in STATUS if isinstance(error, kind))
        return render(request, "refused.html", {"error": error, "status": status}, status=status)
