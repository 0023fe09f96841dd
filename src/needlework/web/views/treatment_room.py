"""What the six steps of a treatment have in common: their names, their deeds, and how a refusal comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.urls import reverse

from needlework.clinic.errors import (
    ClinicError,
    NotFound,
    NotTheOneWhoTreats,
    OnlyTheOneWhoTreatedSigns,
    RuleBroken,
)
from needlework.clinic.queries import drafts
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules import anaesthetics, wording
from needlework.clinic.rules.transitions import Deed, State
from needlework.skin import packs
from needlework.web.forms.treatments import FactForm
from needlework.web.refusals import show
from needlework.web.visit import Visit

if TYPE_CHECKING:
    from needlework.clinic.queries.treatments import Chart

STEPS: Mapping[str, str] = {
    "check": "Check",
    "numb": "Numb",
    "device": "Device",
    "treat": "Treat",
    "soothe": "Soothe",
    "sign": "Sign",
}
# Refusals that are shown where one stands; another role or another clinic gets a page of its own.
SHOWN = (RuleBroken, OnlyTheOneWhoTreatedSigns, NotTheOneWhoTreats)


@dataclass
class Room:
    """One visit to one step: the chart, and the forms that came back refused."""

    request: Visit
    chart: Chart
    step: str
    refused: dict[str, forms.Form] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """What was sent."""
        return self.request.POST

    def form(self, name: str, fresh: Callable[[], forms.Form]) -> forms.Form:
        """The refused form of this name, or a fresh one."""
        return self.refused.get(name) or fresh()

    def kept(self, name: str) -> dict[str, Any]:
        """What was typed into a form of this treatment and not sent."""
        return drafts.fields(self.request.actor, name, self.chart.treatment.public_id)

    def entry(self, kind: str) -> Any:
        """The entry that a deed is about. Raises NotFound."""
        try:
            public_id = UUID(self.data.get("entry", ""))
        except ValueError:
            raise NotFound(thing="entry") from None
        return queries.entry(self.chart, kind, public_id)

    def attempt(self, name: str, form: forms.Form, do: Callable[[dict[str, Any]], object]) -> bool:
        """Run one action with a form that holds. Otherwise the form stays, with its sentences."""
        if not form.is_valid():
            self.refused[name] = form
            return False
        try:
            do(form.cleaned_data)
        except NotFound:
            raise
        except SHOWN as error:
            self.refuse(name, form, error)
            return False
        return True

    def refuse(self, name: str, form: forms.Form, error: ClinicError) -> None:
        """Keep a form with the sentence of an error."""
        if isinstance(form, FactForm):
            form.refuse(error)
        else:
            show(form, error)
        self.refused[name] = form


Outcome = str | None  # the step to go to; None when a form came back
DeedOfStep = Callable[[Room], Outcome]


def step_of(chart: Chart) -> str:
    """The step at which a treatment stands."""
    state = chart.state
    if state in {State.FINISHED, State.STOPPED}:
        return "soothe" if chart.treatment.aftercare_at is None else "sign"
    if state in {State.SIGNED, State.VOIDED}:
        return "sign"
    if state is State.STARTED:
        return "treat"
    if state is State.NUMBING:
        return "numb"
    if chart.uses:
        return "treat"
    if chart.creams:
        return "device"
    return "check"


def steps(chart: Chart, here: str) -> list[dict[str, str]]:
    """The line of steps: what is done, where we are, what comes. Any step can be opened."""
    at = list(STEPS).index(step_of(chart))
    treatment = chart.treatment
    shown = []
    for number, (code, label) in enumerate(STEPS.items()):
        done = number < at or (code == "numb" and treatment.started_at is not None)
        state = "here" if code == here else "done" if done else "later"
        if code == "treat" and treatment.stopped_at is not None and code != here:
            state = "stopped"
        url = reverse("treatment-step", args=[treatment.public_id, code])
        shown.append({"label": label, "state": state, "url": url})
    return shown


def timer(chart: Chart) -> dict[str, Any] | None:
    """The running time of the cream that is on the skin, with onset and latest removal."""
    cream = chart.cream_on
    if cream is None:
        return None
    product = packs.shipped().anaesthetics.get(cream.product)
    onset = None if product is None else product.onset_minutes or product.min_minutes
    latest = anaesthetics.latest_minutes(cream)
    return {
        "label": f"{wording.product(cream.product)}, {float(cream.grams):g} g",
        "started_at": cream.applied_at,
        "earliest": None if onset is None else cream.applied_at + timedelta(minutes=onset),
        "latest": None if latest is None else cream.applied_at + timedelta(minutes=latest),
    }


def can(chart: Chart) -> dict[str, bool]:
    """Which deeds fit the moment, for templates: {% if can.STOP %}."""
    return {deed.name: chart.may(deed) for deed in Deed}
