"""Counting a drawer: begun, scanned packet by packet, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import counts as actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import clinics
from needlework.clinic.queries import counts as queries
from needlework.clinic.rules.access import Act, check_may, may
from needlework.web.forms.counts import CountForm, StartForm
from needlework.web.forms.devices import BecauseForm
from needlework.web.refusals import show
from needlework.web.scanned import scanned
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page, uuid_of

if TYPE_CHECKING:
    from needlework.clinic.models import StockCount

LATEST = 12  # entries that are shown to be taken back


@staff_page
def listed(request: Visit) -> HttpResponse:
    """The counts that were, and the beginning of one."""
    keeps = may(request.actor, Act.KEEP_STOCK)
    form = StartForm(request.POST if request.method == "POST" else None, sites=clinics.sites(request.actor))
    if request.method == "POST":
        check_may(request.actor, Act.KEEP_STOCK)
        if form.is_valid():
            site = clinics.find_site(request.actor, UUID(form.cleaned_data["site"]))
            try:
                begun = actions.start(site=site, by=request.actor, at=request.at)
            except RuleBroken as error:
                show(form, error)
            else:
                return redirect("count", begun.public_id)
    context = {"counts": queries.listed(request.actor), "form": form, "keeps": keeps}
    return render(request, "counts/list.html", context, status=422 if form.errors else 200)


@staff_page
def count(request: Visit, public_id: UUID) -> HttpResponse:
    """One count: under way, or what it came to."""
    found = queries.find(request.actor, public_id)
    given: dict[str, forms.Form] = {
        "scan": CountForm(),
        "close": forms.Form(),
        "abandon": BecauseForm(auto_id="abandon_%s"),
    }
    do = request.POST.get("do", "")
    if request.method == "POST":
        if do == "back":
            entry = queries.packet(found, uuid_of(request.POST.get("entry", "")))
            actions.uncount(packet=entry, by=request.actor, at=request.at)
            return redirect("count", public_id)
        if do not in given:
            raise NotFound(thing="deed on this page")
        facts: dict[str, Any] = {"auto_id": "abandon_%s"} if do == "abandon" else {}
        given[do] = form = type(given[do])(request.POST, **facts)
        if form.is_valid():
            try:
                DEEDS[do](request, found, form.cleaned_data)
            except RuleBroken as error:
                show(form, error)
            else:
                return redirect("count", public_id)
    elif found.closed_at is not None:
        detail = {"count": str(public_id)}
        reading.note(event="stock-viewed", by=request.actor, at=request.at, detail=detail)
    progress = queries.progress(request.actor, found) if found.closed_at is None else None
    context = {
        "count": found,
        "progress": progress,
        "latest": progress.packets[:LATEST] if progress else (),
        "forms": given,
        "keeps": may(request.actor, Act.KEEP_STOCK) and progress is not None and found.voided_at is None,
    }
    refused = do in given and bool(given[do].errors)
    return render(request, "counts/count.html", context, status=422 if refused else 200)


def _scan(request: Visit, found: StockCount, said: dict[str, Any]) -> None:
    given = scanned(request, "scan", on=day_at(request, None))
    actions.count_packets(
        count=found,
        scanned=given.code,
        separators_kept=given.separators_kept,
        number=said["number"],
        by=request.actor,
        at=request.at,
    )


def _close(request: Visit, found: StockCount, said: dict[str, Any]) -> None:
    actions.close(count=found, by=request.actor, at=request.at)
    messages.success(request, f"The count of {found.site.name} is closed.")


def _abandon(request: Visit, found: StockCount, said: dict[str, Any]) -> None:
    actions.abandon(count=found, because=said["because"], by=request.actor, at=request.at)
    messages.success(request, "The count is given up. Nothing followed from it.")


DEEDS = {"scan": _scan, "close": _close, "abandon": _abandon}
