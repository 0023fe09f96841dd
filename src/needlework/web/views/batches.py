"""Products by batch: what stands in the cupboards, what comes in, and from a batch to everybody it was put on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from needlework.clinic.actions import batches as actions
from needlework.clinic.actions import reading
from needlework.clinic.errors import LabelNotRead, NotFound, RuleBroken
from needlework.clinic.queries import batches, clinics, scans
from needlework.clinic.rules import batches as rules
from needlework.clinic.rules.access import Act, check_may, may
from needlework.web.forms.batches import BatchForm, ReceiveProductForm
from needlework.web.forms.devices import BecauseForm
from needlework.web.refusals import show
from needlework.web.scanned import Scanned, scanned, told
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page

if TYPE_CHECKING:
    from needlework.clinic.models import ProductBatch

STATE_WORDS = {
    "in-date": ("ready", "In date"),
    "opened": ("ready", "Opened"),
    "expired": ("stop", "Expired"),
    "set-aside": ("wait", "Set aside"),
    "recalled": ("stop", "Recalled"),
    "discarded": ("", "Discarded"),
}


@staff_page
def stock(request: Visit) -> HttpResponse:
    """Every batch that nobody has thrown away, soonest to expire first."""
    sites = clinics.sites(request.actor)
    asked = request.GET.get("site", "")
    site = next((row for row in sites if str(row.public_id) == asked), None)
    held = batches.cupboard(request.actor, on=day_at(request, None), site=site)
    detail = {"products": True, "site": site.name if site else "", "count": len(held.batches)}
    reading.note(event="stock-viewed", by=request.actor, at=request.at, detail=detail)
    here = reverse("products")
    tabs = [{"label": "All sites", "url": here, "current": site is None}] + [
        {"label": row.name, "url": f"{here}?site={row.public_id}", "current": row == site} for row in sites
    ]
    context = {
        "cupboard": held,
        "rows": [(each, *STATE_WORDS[each.state.value]) for each in held.batches],
        "tabs": tabs if len(sites) > 1 else [],
        "several_sites": len(sites) > 1,
        "keeps": may(request.actor, Act.KEEP_STOCK),
    }
    return render(request, "batches/stock.html", context)


# --- receiving -------------------------------------------------------------------------------------------
@staff_page
def receive(request: Visit) -> HttpResponse:
    """Put a batch into stock. A scan fills the form; typed by hand it is marked as typed."""
    check_may(request.actor, Act.KEEP_STOCK)
    lists: dict[str, Any] = {
        "sites": clinics.sites(request.actor),
        "products": batches.products(request.actor),
    }
    sites = lists["sites"]
    initial: dict[str, Any] = {"site": str(sites[0].public_id) if len(sites) == 1 else "", "containers": 1}
    scan_error = ""
    form = ReceiveProductForm(initial=initial, **lists)
    if request.POST.get("do") == "scan":
        try:
            initial |= _read(request, scanned(request, "pack", on=day_at(request, None)))
        except LabelNotRead as error:
            scan_error = str(error)
        form = ReceiveProductForm(initial=initial, **lists)
    elif request.POST.get("do") == "receive":
        form = ReceiveProductForm(request.POST, **lists)
        if form.is_valid() and _receive(request, form):
            return redirect("products")
    context = {
        "form": form,
        "scan_errors": [scan_error] if scan_error else [],
        "read": bool(initial.get("scan")),
        "unknown": bool(initial.get("scan")) and not initial.get("product"),
    }
    refused = bool(scan_error) or bool(form.errors)
    return render(request, "batches/receive.html", context, status=422 if refused else 200)


def _read(request: Visit, given: Scanned) -> dict[str, Any]:
    """What a label fills in. Raises LabelNotRead."""
    if not given.code.strip():
        raise LabelNotRead(because="Nothing was scanned. Point the scanner at the code on the box or tube.")
    label = scans.read(given.code, on=day_at(request, None), separators_kept=given.separators_kept)
    return {
        "scan": given.code,
        "read_by": given.read_by,
        "product": batches.product_of(request.actor, label.di or ""),
        "batch": label.lot or "",
        "expires_on": label.expires_on,
        "containers": label.quantity or 1,
    }


def _receive(request: Visit, form: ReceiveProductForm) -> bool:
    said = form.cleaned_data
    try:
        given = told(request, said["scan"], said["read_by"])
        label = None
        if given.code:
            on, kept = day_at(request, None), given.separators_kept
            label = scans.read(given.code, on=on, separators_kept=kept)
        row = actions.receive(
            site=clinics.find_site(request.actor, UUID(said["site"])),
            product=form.named(),
            batch=said["batch"],
            expires_on=said["expires_on"],
            use_within_months=said["use_within_months"],
            containers=said["containers"],
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
    messages.success(request, f"{rules.named(row)}, is in stock: {said['containers']} came.")
    return True


# --- one batch -------------------------------------------------------------------------------------------
DEEDS: dict[str, tuple[Callable[..., ProductBatch], str]] = {
    "open": (actions.open_container, "The day of opening is noted."),
    "set-aside": (actions.set_aside, "The batch is set aside."),
    "give-free": (actions.give_free, "The batch may be used again."),
    "discard": (actions.discard, "The batch is discarded."),
}


@staff_page
def batch(request: Visit, public_id: UUID) -> HttpResponse:
    """One batch at one site: where it stands, and what may be done with it."""
    found = batches.batch(request.actor, public_id)
    do = request.POST.get("do", "")
    forms = {name: BecauseForm(auto_id=f"{name}_%s") for name in ("set-aside", "give-free", "discard")}
    if request.method == "POST":
        if do not in DEEDS:
            raise NotFound(thing="deed on this page")
        if do in forms:
            forms[do] = BecauseForm(request.POST, auto_id=f"{do}_%s")
        if _done(request, do, found, forms.get(do)):
            return redirect("product-batch", public_id)
    else:
        detail = {"batch": str(found.public_id)}
        reading.note(event="stock-viewed", by=request.actor, at=request.at, detail=detail)
    on = day_at(request, None)
    light, words = STATE_WORDS[rules.state(found, on=on).value]
    context = {
        "batch": found,
        "light": light,
        "words": words,
        "until": rules.lasts_until(found),
        "forms": {name.replace("-", "_"): form for name, form in forms.items()},
        "keeps": may(request.actor, Act.KEEP_STOCK) and found.discarded_at is None,
    }
    refused = do in forms and bool(forms[do].errors)
    return render(request, "batches/batch.html", context, status=422 if refused else 200)


def _done(request: Visit, do: str, found: ProductBatch, form: BecauseForm | None) -> bool:
    """One of the deeds on the page; false where its form was refused."""
    deed, said = DEEDS[do]
    facts: dict[str, Any] = {"row": found, "by": request.actor, "at": request.at}
    if form is not None:
        if not form.is_valid():
            return False
        facts["because"] = form.cleaned_data["because"]
    try:
        deed(**facts)
    except RuleBroken as error:
        if form is None:
            messages.error(request, str(error))
            return True
        show(form, error)
        return False
    messages.success(request, said)
    return True


# --- from a batch to its patients --------------------------------------------------------------------------
@staff_page
def trace(request: Visit) -> HttpResponse:
    """Patient by patient, with product, day and place."""
    check_may(request.actor, Act.TRACE)
    form = BatchForm(request.GET if "batch" in request.GET else None)
    context: dict[str, object] = {"form": form, "asked": ""}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["batch"]
        found = batches.everyone(request.actor, batch=asked)
        people = [(several[0], several) for several in _by_patient(found)]
        reading.note(
            event="lot-traced", by=request.actor, at=request.at,
            detail={"batch": asked, "patients": len(people)},
        )  # fmt: skip
        held = batches.in_stock(request.actor, batch=asked, on=day_at(request, None))
        context |= {
            "asked": asked,
            "people": people,
            "stock": [(each, *STATE_WORDS[each.state.value]) for each in held],
        }
    return render(request, "batches/trace.html", context, status=422 if form.errors else 200)


def _by_patient(found: list[batches.Applied]) -> list[list[batches.Applied]]:
    return [list(several) for _, several in groupby(found, key=attrgetter("patient"))]
