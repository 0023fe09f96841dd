"""The catalogue of devices, and public device records taken into it."""

from __future__ import annotations

from django.http import HttpResponse

from needlework.clinic.actions import catalogue as actions
from needlework.clinic.errors import ClinicError
from needlework.clinic.queries import catalogue
from needlework.clinic.rules.access import Act, check_may
from needlework.web.forms.catalogue import RecordsForm
from needlework.web.refusals import show
from needlework.web.views.settings import part_page
from needlework.web.visit import Visit, staff_page

SHOWN = 200


@staff_page
def devices(request: Visit) -> HttpResponse:
    """What the catalogue holds; POST takes a file of records in and shows what came of it, line by line."""
    check_may(request.actor, Act.SEE_STAFF)
    form = RecordsForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    done: actions.Imported | None = None
    if request.method == "POST":
        check_may(request.actor, Act.MANAGE)
        if form.is_valid():
            try:
                done = actions.import_devices(data=form.cleaned_data["file"], by=request.actor, at=request.at)
            except ClinicError as error:
                show(form, error)
    rows, count = catalogue.imported(most=SHOWN)
    return part_page(
        request,
        "settings-devices",
        "catalogue/devices.html",
        422 if form.errors else 200,
        form=form,
        done=done,
        refused=done.refused[:SHOWN] if done else (),
        rows=rows,
        count=count,
        more=count - len(rows),
    )
