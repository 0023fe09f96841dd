"""Stock: what is in the drawer, deliveries by scan, one lot, one packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from needlework.clinic.actions import devices as actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import LabelNotRead, NotFound, RuleBroken
from needlework.clinic.queries import clinics, hand_pieces, recalls, scans
from needlework.clinic.queries import devices as queries
from needlework.clinic.queries import stock as stock_queries
from needlework.clinic.rules import why_not
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.devices import check_for_needling, state
from needlework.web.forms.devices import (
    BecauseForm,
    LabelForm,
    MoveForm,
    ReceiveForm,
)
from needlework.web.refusals import show
from needlework.web.scanned import Scanned, scanned, told
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceUnit, Site

STATE_WORDS = {
    "in-stock": ("ready", "In stock"),
    "opened": ("", "Opened"),
    "used": ("", "Used"),
    "discarded": ("", "Discarded"),
    "recalled": ("stop", "Recalled"),
    "quarantined": ("wait", "In quarantine"),
    "expired": ("stop", "Expired"),
}


def _site(request: Visit, sites: list[Site]) -> Site | None:
    asked = request.GET.get("site", "")
    return next((row for row in sites if str(row.public_id) == asked), None)


@staff_page
def stock(request: Visit) -> HttpResponse:
    """The drawer by model and lot, soonest to expire first."""
    sites = clinics.sites(request.actor)
    site = _site(request, sites)
    held = stock_queries.stock(request.actor, on=day_at(request, None), site=site)
    detail = {"site": site.name if site else "", "count": len(held.lots)}
    reading.note(event="stock-viewed", by=request.actor, at=request.at, detail=detail)
    tabs = [{"label": "All sites", "url": reverse("stock"), "current": site is None}] + [
        {"label": row.name, "url": f"{reverse('stock')}?site={row.public_id}", "current": row == site}
        for row in sites
    ]
    context = {
        "stock": held,
        "tabs": tabs if len(sites) > 1 else [],
        "keeps": may(request.actor, Act.KEEP_STOCK),
        "pieces": hand_pieces.listed(request.actor, on=day_at(request, None), site=site),
        "several_sites": len(sites) > 1,
        "open_recalls": recalls.open_ones(request.actor),
    }
    return render(request, "stock/stock.html", context)


@staff_page
def receive(request: Visit) -> HttpResponse:
    """Put a delivery into stock. A scan fills the form; typed by hand it is marked as typed."""
    check_may(request.actor, Act.KEEP_STOCK)
    sites = clinics.sites(request.actor)
    models = list(queries.needling_models())
    initial: dict[str, Any] = {"site": str(sites[0].public_id) if len(sites) == 1 else "", "quantity": 1}
    scan_error = ""
    form = ReceiveForm(initial=initial, sites=sites, models=models)
    if request.POST.get("do") == "scan":
        try:
            initial |= _read(request, scanned(request, "packet", on=day_at(request, None)))
        except LabelNotRead as error:
            scan_error = str(error)
        form = ReceiveForm(initial=initial, sites=sites, models=models)
    elif request.POST.get("do") == "receive":
        form = ReceiveForm(request.POST, sites=sites, models=models)
        if form.is_valid() and _receive(request, form):
            return redirect("stock")
    context = {
        "form": form,
        "scan_errors": [scan_error] if scan_error else [],
        "read": bool(initial.get("scan")),
        "unknown": bool(initial.get("scan")) and not initial.get("model"),
        "other": initial.get("other", ""),
    }
    refused = bool(scan_error) or bool(form.errors)
    return render(request, "stock/receive.html", context, status=422 if refused else 200)


def _read(request: Visit, given: Scanned) -> dict[str, Any]:
    """What a label fills in. Raises LabelNotRead."""
    if not given.code.strip():
        raise LabelNotRead(because="Nothing was scanned. Point the scanner at the code on the packet.")
    label = scans.read(given.code, on=day_at(request, None), separators_kept=given.separators_kept)
    model = queries.model_of(request.actor, label.di or "")
    needling = model is not None and why_not(check_for_needling, model) is None
    return {
        "scan": given.code,
        "read_by": given.read_by,
        "model": model.code if model is not None and needling else "",
        "other": model.name if model is not None and not needling else "",
        "lot": label.lot or "",
        "expires_on": label.expires_on,
        "serials": label.serial or "",
        "quantity": label.quantity or 1,
    }


def _receive(request: Visit, form: ReceiveForm) -> bool:
    said = form.cleaned_data
    try:
        given = told(request, said["scan"], said["read_by"])
        label = None
        if given.code:
            on, kept = day_at(request, None), given.separators_kept
            label = scans.read(given.code, on=on, separators_kept=kept)
        delivery = actions.receive(
            site=clinics.find_site(request.actor, UUID(said["site"])),
            model=queries.model(said["model"]),
            lot=said["lot"],
            expires_on=said["expires_on"],
            quantity=said["quantity"],
            serials=said["serials"],
            di=(label.di or "") if label else "",
            scanned=given.code,
            read_by=given.read_by,
            supplier=said["supplier"],
            by=request.actor,
            at=request.at,
        )
    except RuleBroken as error:
        show(form, error)
        return False
    messages.success(
        request, f"{delivery.quantity} × {delivery.model.name}, lot {delivery.lot}, are in stock."
    )
    return True


@staff_page
def lot(request: Visit, model: str, lot: str) -> HttpResponse:
    """The packets of one lot, and setting the whole of it aside."""
    found = queries.model(model)
    form = BecauseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            number = actions.quarantine_lot(
                model=found, lot=lot, because=form.cleaned_data["because"], by=request.actor, at=request.at
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, f"{number} packets of lot {lot} are in quarantine.")
            return redirect("stock-lot", model, lot)
    units = queries.units(request.actor, model=found, lot=lot)
    if not units:
        raise NotFound(thing="lot")
    if request.method == "GET":
        reading.note(
            event="stock-viewed", by=request.actor, at=request.at, detail={"lot": lot, "count": len(units)}
        )
    on = day_at(request, None)
    used = queries.used_among(units)
    number, _first = queries.received(request.actor, model=found, lot=lot)
    context = {
        "model": found,
        "lot": lot,
        "form": form,
        "received": number,
        "keeps": may(request.actor, Act.KEEP_STOCK),
        "in_drawer": any(unit.opened_at is None and unit.discarded_at is None for unit in units),
        "nameless": any(queries.may_be_labelled(unit) for unit in units),
        "rows": [(unit, *STATE_WORDS[state(unit, on=on, used=unit.pk in used).value]) for unit in units],
    }
    return render(request, "stock/lot.html", context, status=422 if form.errors else 200)


@staff_page
def unit(request: Visit, public_id: UUID) -> HttpResponse:
    """One packet: where it stands, and what may be done with it."""
    found = queries.unit(request.actor, public_id)
    sites = clinics.sites(request.actor)
    forms: dict[str, Any] = {
        "quarantine": BecauseForm(auto_id="quarantine_%s"),
        "release": BecauseForm(auto_id="release_%s"),
        "discard": BecauseForm(auto_id="discard_%s"),
        "label": LabelForm(auto_id="label_%s"),
        "move": MoveForm(auto_id="move_%s", sites=[row for row in sites if row.pk != found.site_id]),
    }
    do = request.POST.get("do", "")
    if request.method == "POST":
        if do not in forms:
            raise NotFound(thing="deed on this page")
        kind = type(forms[do])
        facts: dict[str, Any] = {"auto_id": f"{do}_%s"} | ({"sites": sites} if do == "move" else {})
        forms[do] = form = kind(request.POST, **facts)
        if form.is_valid():
            try:
                _do(request, do, found, form.cleaned_data)
            except RuleBroken as error:
                show(form, error)
            else:
                messages.success(request, DONE[do])
                return redirect("unit", public_id)
    else:
        reading.note(
            event="stock-viewed", by=request.actor, at=request.at, detail={"unit": str(found.public_id)}
        )
    used = bool(queries.used_among([found]))
    here, words = STATE_WORDS[state(found, on=day_at(request, None), used=used).value]
    use = queries.use_of(request.actor, found)
    context = {
        "unit": found,
        "light": here,
        "words": words,
        "forms": forms,
        "several_sites": len(sites) > 1,
        "keeps": may(request.actor, Act.KEEP_STOCK)
        and found.opened_at is None
        and found.discarded_at is None,
        "use": use,
    }
    refused = do in forms and bool(forms[do].errors)
    return render(request, "stock/unit.html", context, status=422 if refused else 200)


DONE = {
    "quarantine": "The packet is in quarantine.",
    "release": "The packet is back in stock.",
    "discard": "The packet is discarded.",
    "label": "The packet has its own label.",
    "move": "The packet is at its new site.",
}


def _do(request: Visit, do: str, found: DeviceUnit, said: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"unit": found, "by": request.actor, "at": request.at}
    if do == "move":
        actions.move(to=clinics.find_site(request.actor, UUID(said["site"])), **facts)
    elif do == "label":
        actions.label_unit(label=said["label"], **facts)
    elif do == "quarantine":
        actions.quarantine(because=said["because"], **facts)
    elif do == "release":
        actions.release(because=said["because"], **facts)
    else:
        actions.discard(because=said["because"], **facts)
