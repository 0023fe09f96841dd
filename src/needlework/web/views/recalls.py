"""Recalls: the list, a new notice, one recall with its packets and patients, and drills."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from needlework.clinic.actions import reading
from needlework.clinic.actions import recall_contacts as contact_actions
from needlework.clinic.actions import recalls as actions
from needlework.clinic.errors import NotFound, NoticeNotRead, RuleBroken
from needlework.clinic.queries import batches, devices, recall_batches
from needlework.clinic.queries import recalls as queries
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.access import Act, check_may, may
from needlework.clinic.rules.notices import MOST_BYTES
from needlework.web.forms.recalls import CloseRecallForm, CountForm, DrillForm, NoticeForm
from needlework.web.refusals import show
from needlework.web.templatetags.show import plural
from needlework.web.views.batches import STATE_WORDS as BATCH_WORDS
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page

STATE_WORDS = {
    "to-contact": ("stop", "To contact"),
    "tried": ("wait", "Tried"),
    "reached": ("ready", "Reached"),
    "closed": ("ready", "Closed"),
}


@staff_page
def listed(request: Visit) -> HttpResponse:
    """Open recalls, closed ones, and when the next drill is due."""
    rows = queries.listed(request.actor)
    reading.note(event="recalls-viewed", by=request.actor, at=request.at, detail={"count": len(rows)})
    context = {
        "rows": [
            (row, rules.lasted(row.recall.received_at, row.recall.closed_at or request.at)) for row in rows
        ],
        "drill": queries.drill_state(request.actor, on=day_at(request, None)),
    }
    return render(request, "recalls/list.html", context)


@staff_page
def new(request: Visit) -> HttpResponse:
    """Enter a notice, typed or as a file; look at what it would catch; open the recall."""
    check_may(request.actor, Act.RUN_RECALL)
    models = list(devices.models(listed_only=False))
    data = request.POST.copy() if request.method == "POST" else None
    sent_error = _take_file(request, data) if data is not None else None
    initial = {
        "received_at": timezone.localtime(request.at),
        "model": request.GET.get("model", ""),
        "product": request.GET.get("product", ""),
        "lots": request.GET.get("lot", ""),
    }
    products = batches.products(request.actor)
    form = NoticeForm(data, models=models, products=products, initial=initial)
    looked: queries.Looked | None = None
    if data is not None and form.is_valid():
        try:
            if sent_error is not None:
                raise sent_error
            lines = form.lines()
            looked = queries.look(request.actor, lines)
            if data.get("do") == "open":
                return _opened(request, form, lines)
        except RuleBroken as error:
            looked = None
            if (
                isinstance(error, NoticeNotRead)
                and sent_error is None
                and not form.cleaned_data["rows"].strip()
            ):
                error.at_field = "lots"  # nothing came from a file: what was typed is not clear
            show(form, error)
    context = {"form": form, "looked": looked}
    return render(request, "recalls/new.html", context, status=422 if form.errors else 200)


def _take_file(request: Visit, data: Any) -> NoticeNotRead | None:
    """The rows of an uploaded file stand in the form, so that a second look does not ask for it again."""
    sent = request.FILES.get("notice")
    if not isinstance(sent, UploadedFile):
        return None
    if (sent.size or 0) > MOST_BYTES:
        return NoticeNotRead(because=f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    raw = bytes(sent.read())
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    data["rows"] = text.replace("\0", "\ufffd")
    return None


def _opened(request: Visit, form: NoticeForm, lines: Any) -> HttpResponse:
    said = form.cleaned_data
    begun = time.perf_counter()
    recall = actions.open_recall(
        reference=said["reference"],
        sender=said["sender"],
        reason=said["reason"],
        advice=said["advice"],
        received_at=said["received_at"],
        lines=lines,
        by=request.actor,
        at=request.at,
    )
    took = time.perf_counter() - begun
    messages.success(
        request, f"What it means is set aside and the patients are listed. That took {took:.1f} s."
    )
    return redirect("recall", recall.public_id)


@staff_page
def drill(request: Visit) -> HttpResponse:
    """Choose a lot that was really used, and start the clock."""
    lots = queries.lots_for_drill(request.actor)
    form = DrillForm(request.POST if request.method == "POST" else None, lots=lots)
    if request.method == "POST" and form.is_valid():
        code, _, lot = form.cleaned_data["lot"].partition(" ")
        begun = time.perf_counter()
        try:
            started = actions.start_drill(model=devices.model(code), lot=lot, by=request.actor, at=request.at)
        except RuleBroken as error:
            show(form, error)
        else:
            took = time.perf_counter() - begun
            messages.success(request, f"The drill runs. Packets and patients were found in {took:.1f} s.")
            return redirect("recall", started.public_id)
    context = {"form": form, "lots": lots}
    return render(request, "recalls/drill.html", context, status=422 if form.errors else 200)


DONE = {
    "count": "The count is noted.",
    "close": "The recall is closed. Its report stands below.",
}


@staff_page
def recall(request: Visit, public_id: UUID) -> HttpResponse:
    """One recall: the clock, packets, patients by how far the clinic has come, letters, messages and report."""
    found = queries.recall(request.actor, public_id)
    forms_: dict[str, forms.Form] = {"count": CountForm(), "close": CloseRecallForm()}
    do = request.POST.get("do", "")
    if request.method == "POST":
        answer = _done(request, found, do, forms_)
        if answer is not None:
            return answer
    counts = queries.counts(found)
    state, after = _asked(request, counts)
    people = queries.people(request.actor, found, state=state, after=after, most=queries.PAGE + 1)
    if request.method == "GET":
        detail = {"recall": str(found.public_id), "state": state, "count": len(people[: queries.PAGE])}
        reading.note(event="recalls-viewed", by=request.actor, at=request.at, detail=detail)
    here = reverse("recall", args=[public_id])
    files = range(1, -(-counts.by_letter // queries.LETTERS_IN_A_FILE) + 1)
    context = {
        "recall": found,
        "lines": [rules.named(line) for line in queries.lines(found)],
        "counts": counts,
        "named": dict(zip(("packets", "products"), recall_batches.names(found), strict=True)),
        "batches": [
            (held, *BATCH_WORDS[held.state.value])
            for held in recall_batches.batches_of(found, on=day_at(request, None))
        ],
        "missing": None if found.counted is None else max(0, (found.expected or 0) - found.counted),
        "lasted": rules.lasted(found.received_at, found.closed_at or request.at),
        "found_after": rules.lasted(found.received_at, found.opened_at),
        "counted_after": rules.lasted(found.received_at, found.counted_at) if found.counted_at else "",
        "tabs": [
            {
                "label": words,
                "url": f"{here}?state={name}#patients",
                "current": name == state,
                "count": counts.states[name],
            }
            for name, (_, words) in STATE_WORDS.items()
        ],
        "state": state,
        "light": STATE_WORDS[state][0],
        "people": people[: queries.PAGE],
        "more": people[queries.PAGE - 1].contact.pk if len(people) > queries.PAGE else 0,
        "files": files,
        "forms": forms_,
        "works": may(request.actor, Act.CONTACT_RECALLED) and found.closed_at is None and not found.is_drill,
        "runs": may(request.actor, Act.RUN_RECALL) and found.closed_at is None,
        "keeps": may(request.actor, Act.KEEP_STOCK) and found.closed_at is None,
    }
    refused = do in forms_ and bool(forms_[do].errors)
    return render(request, "recalls/recall.html", context, status=422 if refused else 200)


def _asked(request: Visit, counts: queries.Counts) -> tuple[str, int]:
    """The state that was asked for, or the first with somebody in it; and behind whom the page goes on."""
    state = request.GET.get("state", "")
    if state not in STATE_WORDS:
        state = next((name for name in STATE_WORDS if counts.states[name]), "to-contact")
    after = request.GET.get("after", "")
    return state, int(after) if after.isdecimal() and len(after) < 19 else 0


def _done(request: Visit, found: Any, do: str, forms_: dict[str, forms.Form]) -> HttpResponse | None:
    """One of the deeds on the page; None where its form was refused."""
    facts: dict[str, Any] = {"recall": found, "by": request.actor, "at": request.at}
    back = redirect("recall", found.public_id)
    if do == "messages":
        number = contact_actions.write_messages(**facts)
        messages.success(request, f"{plural(number, 'message')} in the outbox.")
        return back
    if do == "posted":
        number = contact_actions.post_letters(**facts)
        messages.success(request, f"{plural(number, 'patient')} noted as written to by letter.")
        return back
    if do not in forms_:
        raise NotFound(thing="deed on this page")
    forms_[do] = form = type(forms_[do])(request.POST)
    if form.is_valid():
        try:
            if do == "count":
                actions.count_packets(counted=form.cleaned_data["counted"], **facts)
            else:
                actions.close(done=form.cleaned_data["done"], **facts)
        except RuleBroken as error:
            show(form, error)
        else:
            messages.success(request, DONE[do])
            return back
    return None
