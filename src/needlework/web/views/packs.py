"""The protocol pack as pages: to read, to approve, to sign row by row, and to tighten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from needlework.clinic.actions import packs as actions
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import packs as queries
from needlework.clinic.rules.access import Act, may
from needlework.web.forms.packs import WHO, BecauseForm, CeilingForm, TightenForm
from needlework.web.refusals import show
from needlework.web.visit import Visit, staff_page

from .settings import part_page

KINDS = (
    ("", "All rules"),
    ("stops", "That refuse"),
    ("waits", "That make wait"),
    ("care", "That ask for care"),
    ("unsigned", "That need a signature"),
    ("tightened", "That this clinic tightened"),
    ("advisory", "That only inform, as shipped"),
    ("off", "Of another law"),
)


def _page(
    request: Visit, template: str, held: queries.PackState, status: int = 200, **more: Any
) -> HttpResponse:
    return part_page(
        request,
        "settings-protocols",
        f"packs/{template}.html",
        status,
        state=held,
        pack=held.pack,
        decides=may(request.actor, Act.APPROVE),
        registered=bool(request.actor.registration_number),
        **more,
    )


@staff_page
def overview(request: Visit) -> HttpResponse:
    """Which version is in use, what changed, what is to be signed, what this clinic made stricter; POST approves it."""
    problem = ""
    if request.method == "POST":
        try:
            actions.approve(by=request.actor, at=request.at)
        except RuleBroken as error:
            problem = str(error)
        else:
            messages.success(request, "The protocol pack is approved.")
            return redirect("settings-protocols")
    return _overview(request, problem)


def _overview(request: Visit, problem: str = "") -> HttpResponse:
    held = queries.state(request.actor)
    tightened = [queries.rule_row(held, code) for code in held.tightened]
    return _page(
        request,
        "overview",
        held,
        422 if problem else 200,
        problem=problem,
        tightened=tightened,
        ceilings=[row for row in queries.product_rows(held) if row.ceiling is not None],
        unsigned=[row for row in held.to_sign if row.signature is None],
        signed=[row for row in held.to_sign if row.signature is not None],
    )


@require_POST
@staff_page
def sign(request: Visit) -> HttpResponse:
    """Sign one row, or take the signature back."""
    row = {"table": request.POST.get("table", ""), "code": request.POST.get("code", "")}
    because = request.POST.get("because", "")
    try:
        if request.POST.get("do") == "end":
            actions.end_signature(**row, because=because, by=request.actor, at=request.at)
        else:
            actions.sign_row(**row, because=because, by=request.actor, at=request.at)
    except RuleBroken as error:
        return _overview(request, str(error))
    if request.POST.get("next") == "rule":
        return redirect("pack-rule", row["code"])
    return redirect("settings-protocols")


@staff_page
def rule_list(request: Visit) -> HttpResponse:
    """Every rule, to search."""
    held = queries.state(request.actor)
    search, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = queries.rule_rows(held, search=search, kind=kind)
    return _page(request, "rules", held, rows=rows, search=search, kind=kind, kinds=KINDS)


@staff_page
def rule(request: Visit, code: str) -> HttpResponse:
    """One rule with its sources and what others say; the medical lead signs and tightens it."""
    held = queries.state(request.actor)
    row = queries.rule_row(held, code)
    form = TightenForm(rule=row.shipped)
    end_form = BecauseForm(auto_id="end_%s")
    if request.method == "POST":
        if request.POST.get("do") == "end":
            end_form = BecauseForm(request.POST, auto_id="end_%s")
            done = _done(end_form, lambda: _end_tightening(request, code, end_form))
        else:
            form = TightenForm(request.POST, rule=row.shipped)
            done = _done(form, lambda: _tighten(request, code, form))
        if done:
            return redirect("pack-rule", code)
    history = [each for each in held.tightenings if each.rule == code]
    signatures = [each for each in held.signatures if (each.table, each.code) == ("rules", code)]
    return _page(
        request,
        "rule",
        held,
        422 if form.errors or end_form.errors else 200,
        row=row,
        form=form if {"verdict", "override_by", "days"} & form.fields.keys() else None,
        end_form=end_form,
        others=queries.alternatives(code),
        history=sorted([*history, *signatures], key=lambda each: each.decided_at, reverse=True),
        who=WHO[(row.acting or row.shipped).override_by].lower(),
    )


def _tighten(request: Visit, code: str, form: TightenForm) -> None:
    actions.tighten(rule=code, **form.changed(), by=request.actor, at=request.at)
    messages.success(request, "The rule is stricter from now on.")


def _end_tightening(request: Visit, code: str, form: BecauseForm) -> None:
    because = form.cleaned_data["because"]
    actions.end_tightening(rule=code, because=because, by=request.actor, at=request.at)
    messages.success(request, "The rule acts again as it ships.")


@staff_page
def products(request: Visit) -> HttpResponse:
    """Numbing products with the limits of their licences; the medical lead enters the clinic's own maximum."""
    held = queries.state(request.actor)
    sent = request.POST.get("product", "")
    refused: forms.Form | None = None
    if request.method == "POST":
        ends = request.POST.get("do") == "end"
        refused = BecauseForm(request.POST) if ends else CeilingForm(request.POST, code=sent)
        if _done(refused, lambda: _ceiling(request, refused, ends=ends)):
            return redirect("pack-products")
    rows = [
        {
            "product": each,
            "form": (
                refused
                if isinstance(refused, CeilingForm) and sent == each.row.code
                else CeilingForm(initial={"product": each.row.code}, code=each.row.code)
            ),
            "refused": refused if sent == each.row.code else None,
        }
        for each in queries.product_rows(held)
    ]
    return _page(request, "products", held, 422 if refused is not None else 200, rows=rows)


def _ceiling(request: Visit, form: forms.Form | None, *, ends: bool) -> None:
    said = form.cleaned_data if form is not None else {}
    product = request.POST.get("product", "")
    if ends:
        actions.end_ceiling(product=product, because=said["because"], by=request.actor, at=request.at)
        messages.success(request, "The clinic's own maximum no longer holds.")
        return
    actions.set_ceiling(
        product=product, max_g=said["max_g"], because=said["because"], by=request.actor, at=request.at
    )
    messages.success(request, "The maximum holds from now on.")


def _done(form: forms.Form, do: Callable[[], None]) -> bool:
    """Run one action with a form that holds; otherwise the form keeps its sentences."""
    if not form.is_valid():
        return False
    try:
        do()
    except ClinicError as error:
        show(form, error)
        return False
    return True


@staff_page
def methods(request: Visit) -> HttpResponse:
    """What is treated, how, and what may be expected of it."""
    held = queries.state(request.actor)
    rows = []
    for indication in held.pack.indications.values():
        found = [row for row in held.pack.protocols.values() if row.indication == indication.code]
        sources = dict.fromkeys((*indication.source, *(each for row in found for each in row.source)))
        rows.append({"indication": indication, "methods": found, "sources": queries.cited(sources)})
    return _page(request, "methods", held, rows=rows)


@staff_page
def areas(request: Visit) -> HttpResponse:
    """How long needles may be, and how thick the skin is."""
    held = queries.state(request.actor)
    bounds = [{"row": row, "sources": queries.cited(row.source)} for row in held.pack.bounds.values()]
    return _page(request, "areas", held, bounds=bounds, areas=list(held.pack.areas.values()))
