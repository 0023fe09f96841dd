"""Keeping the drawers: a model with its facts and levels, and several packets moved or thrown away."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from needlework.clinic.actions import reading
from needlework.clinic.actions import stock as actions
from needlework.clinic.errors import NotFound, RuleBroken
from needlework.clinic.queries import catalogue, clinics, devices
from needlework.clinic.queries import stock as queries
from needlework.clinic.rules.access import Act, check_may, may
from needlework.web.forms.devices import LevelForm, SeveralForm
from needlework.web.refusals import show
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page


@staff_page
def models(request: Visit) -> HttpResponse:
    """The catalogue of models."""
    check_may(request.actor, Act.SEE_STOCK)
    return render(request, "stock/models.html", {"models": devices.models()})


@staff_page
def model(request: Visit, code: str) -> HttpResponse:
    """What a model's label states, what is assumed, and how many packets each site has and wants."""
    found = devices.model(code)
    on = day_at(request, None)
    levels = queries.levels(request.actor, found, on=on)
    sites = [level.site for level in levels]
    form = LevelForm(request.POST if request.method == "POST" else None, sites=sites)
    if request.method == "POST" and form.is_valid():
        try:
            level = actions.set_level(
                site=clinics.find_site(request.actor, UUID(form.cleaned_data["site"])),
                model=found,
                fewest=form.cleaned_data["fewest"],
                by=request.actor,
                at=request.at,
            )
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, f"{level.site.name} is warned below {level.fewest}.")
            return redirect("stock-model", code)
    if request.method == "GET":
        reading.note(event="stock-viewed", by=request.actor, at=request.at, detail={"model": found.code})
    context = {
        "model": found,
        "sheet": catalogue.sheet(found),
        "levels": levels,
        "form": form,
        "keeps": may(request.actor, Act.KEEP_STOCK),
    }
    return render(request, "stock/model.html", context, status=422 if form.errors else 200)


@staff_page
def several(request: Visit, model: str, lot: str) -> HttpResponse:
    """Move or discard several packets of a lot at once."""
    check_may(request.actor, Act.KEEP_STOCK)
    found = devices.model(model)
    every = devices.units(request.actor, model=found, lot=lot)
    units = [unit for unit in every if unit.opened_at is None and unit.discarded_at is None]
    if not units:
        raise NotFound(thing="packet in the drawer")
    form = SeveralForm(
        request.POST if request.method == "POST" else None, units=units, sites=clinics.sites(request.actor)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = [unit for unit in units if str(unit.public_id) in set(said["units"])]
        try:
            if said["do"] == "move":
                to = clinics.find_site(request.actor, UUID(said["site"]))
                number = actions.move_several(units=chosen, to=to, by=request.actor, at=request.at)
                done = f"Moved to {to.name}: {number}."
            else:
                because = said["because"]
                number = actions.discard_several(
                    units=chosen, because=because, by=request.actor, at=request.at
                )
                done = f"Discarded: {number}."
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, done)
            return redirect("stock-lot", model, lot)
    context = {"form": form, "model": found, "lot": lot}
    return render(request, "stock/several.html", context, status=422 if form.errors else 200)
