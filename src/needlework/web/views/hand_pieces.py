"""Hand-pieces: entered, looked at, cleaned, serviced, taken out of use and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import hand_pieces as actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import clinics
from needlework.clinic.queries import hand_pieces as queries
from needlework.clinic.rules.access import Act, check_access, check_may, may
from needlework.web.forms.devices import BecauseForm
from needlework.web.forms.hand_pieces import CleaningForm, HandPieceForm, ServicingForm
from needlework.web.refusals import show
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import HandPiece

FORMS = {"service": ServicingForm, "out": BecauseForm, "back": BecauseForm}
DONE = {
    "service": "The service is noted.",
    "out": "The hand-piece is out of use.",
    "back": "The hand-piece is in use again.",
}


@staff_page
def piece(request: Visit, public_id: UUID) -> HttpResponse:
    """One hand-piece: where it stands, its cleanings and services, and what may be done with it."""
    forms: dict[str, Any] = {name: kind(auto_id=f"{name}_%s") for name, kind in FORMS.items()}
    do = request.POST.get("do", "")
    if request.method == "POST":
        found = queries.find(request.actor, public_id)
        if do not in FORMS:
            raise NotFound(thing="deed on this page")
        forms[do] = form = FORMS[do](request.POST, auto_id=f"{do}_%s")
        if form.is_valid():
            try:
                _do(request, do, found, form.cleaned_data)
            except RuleBroken as error:
                show(form, error)
            else:
                messages.success(request, DONE[do])
                return redirect("hand-piece", public_id)
    shown = queries.piece(request.actor, public_id, on=day_at(request, None))
    if request.method == "GET":
        detail = {"hand-piece": str(public_id)}
        reading.note(event="stock-viewed", by=request.actor, at=request.at, detail=detail)
    context = {"piece": shown, "forms": forms, "keeps": may(request.actor, Act.KEEP_STOCK)}
    refused = do in forms and bool(forms[do].errors)
    return render(request, "hand_pieces/piece.html", context, status=422 if refused else 200)


def _do(request: Visit, do: str, found: HandPiece, said: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"hand_piece": found, "by": request.actor, "at": request.at}
    if do == "service":
        actions.service(**facts, **said)
    elif do == "out":
        actions.take_out(**facts, because=said["because"])
    else:
        actions.put_back(**facts, because=said["because"])


@staff_page
def new(request: Visit) -> HttpResponse:
    """Enter the reusable part of a pen."""
    check_may(request.actor, Act.KEEP_STOCK)
    sites = clinics.sites(request.actor)
    form = HandPieceForm(request.POST if request.method == "POST" else None, sites=sites)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.add(
                site=clinics.find_site(request.actor, UUID(said["site"])),
                name=said["name"],
                serial=said["serial"],
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            return redirect("stock")
    return render(request, "hand_pieces/new.html", {"form": form}, status=422 if form.errors else 200)


@staff_page
def cleaned(request: Visit, public_id: UUID) -> HttpResponse:
    """Note that a hand-piece was cleaned."""
    piece = queries.find(request.actor, public_id)
    check_access(request.actor, Act.ASSIST, piece)
    form = CleaningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.clean(
                hand_piece=piece, method=form.cleaned_data["method"], by=request.actor, at=request.at
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, f"Noted: {piece.name} ({piece.serial}) is cleaned.")
            return redirect("stock")
    return render(
        request,
        "hand_pieces/cleaned.html",
        {"form": form, "piece": piece},
        status=422 if form.errors else 200,
    )
