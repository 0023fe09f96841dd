"""What a recall leaves on paper: letters for all who have an address, and the final report as PDF and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from needlework.clinic import pdf
from needlework.clinic.actions import reading
from needlework.clinic.actions.recall_contacts import words
from needlework.clinic.errors import NotFound
from needlework.clinic.queries import recall_batches
from needlework.clinic.queries import recalls as queries
from needlework.clinic.rules import batches as batch_rules
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.wording import day, moment
from needlework.skin import anatomy
from needlework.web.views.today import day_at
from needlework.web.visit import Visit, staff_page

from .recalls import STATE_WORDS

if TYPE_CHECKING:
    from needlework.clinic.models import Recall

MOST_FILES = 10_000
HEAD = (
    "Number", "Name", "Telephone", "E-mail", "Address known", "Treated", "Lots and batches", "Contact", "Tries", "Last change",
    "By", "Notes",
)  # fmt: skip


@staff_page
def letters(request: Visit, public_id: UUID, part: int) -> HttpResponse:
    """Letters to patients not yet reached who have an address, one on each page."""
    check_may(request.actor, Act.CONTACT_RECALLED)
    found = queries.recall(request.actor, public_id)
    rules.check_real(found)
    if not 1 <= part <= MOST_FILES:
        raise NotFound(thing="letter to be written")
    people = queries.everyone(request.actor, found, contacts=queries.to_post(found, part=part))
    if not people:
        raise NotFound(thing="letter to be written")
    today = day(day_at(request, None))
    blocks = []
    for person in people:
        subject, body = words(found, person)
        patient = person.patient
        address = "\n".join(part for part in (patient.name, patient.address, patient.postcode) if part)
        blocks.append(pdf.Letter(to=address, day=today, subject=subject, body=body))
    _note(request, found, papers="letters", count=len(blocks))
    drawn = pdf.draw(f"Letters {found.reference}", sender=found.clinic.name, blocks=blocks)
    return _file(drawn, "application/pdf", f"letters-{part}.pdf")


@staff_page
def report_csv(request: Visit, public_id: UUID) -> HttpResponse:
    """The report as a table: one row for each patient."""
    found = queries.recall(request.actor, public_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    rows = list(_rows(request, found))
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    _note(request, found, papers="report.csv", count=len(rows))
    return _file(("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8", "recall.csv")


@staff_page
def report_pdf(request: Visit, public_id: UUID) -> HttpResponse:
    """The report to keep or to send: what was asked, what was found, how long it took, who was reached."""
    found = queries.recall(request.actor, public_id)
    rows = [(row[0], row[1], row[5], row[7], row[9], row[11]) for row in _rows(request, found)]
    _note(request, found, papers="report.pdf", count=len(rows))
    head = ("Number", "Name", "Treated", "Contact", "Last change", "Notes")
    drawn = pdf.draw(
        f"{found.get_kind_display()} {found.reference}",
        sender=found.clinic.name,
        lines=[f"Report of {moment(request.at, found.clinic.time_zone)}"],
        blocks=[
            pdf.Facts(tuple(_facts(found, request.at))),
            pdf.Heading("Packets and products"),
            pdf.Facts(tuple(_packets(found, day_at(request, None)))),
            pdf.Heading("What the notice names"),
            pdf.Text("\n".join(rules.named(line) for line in queries.lines(found, most=5000))),
            pdf.Heading("Patients"),
            *(
                [pdf.Table(head, rows, (2, 4, 6, 2, 4, 5))]
                if rows
                else [pdf.Text("Nothing of it was used on anybody.")]
            ),
        ],
    )
    return _file(drawn, "application/pdf", "recall.pdf")


def _facts(found: Recall, at: datetime) -> Iterator[tuple[str, str]]:
    zone = found.clinic.time_zone
    yield "Sender", found.sender
    yield "Reason", found.reason
    yield "Notice received", moment(found.received_at, zone)
    took = rules.lasted(found.received_at, found.opened_at)
    yield "Patients listed", f"{moment(found.opened_at, zone)} by {found.opened_by}, {took} after the notice"
    if found.counted_at is not None:
        took = rules.lasted(found.received_at, found.counted_at)
        yield (
            "Drawers counted",
            f"{moment(found.counted_at, zone)} by {found.counted_by}, {took} after the notice",
        )
    if found.closed_at is None:
        yield "Closed", f"not yet; open for {rules.lasted(found.received_at, at)}"
    else:
        took = rules.lasted(found.received_at, found.closed_at)
        yield "Closed", f"{moment(found.closed_at, zone)} by {found.closed_by}, {took} after the notice"
        yield "Done", found.done
    if found.is_drill:
        yield "Kind", "A drill: the notice is invented, the lot was really used, and nobody was contacted."


def _packets(found: Recall, on: date) -> Iterator[tuple[str, str]]:
    counts = queries.counts(found)
    packets, products = recall_batches.names(found)
    if products:
        yield from _products(found, on)
    if packets:
        yield from _drawers(found, counts)
    elif found.counted is not None:
        yield "Counted", f"{found.counted} tubes, bottles or sachets found"
    yield (
        "Patients by state",
        ", ".join(f"{STATE_WORDS[name][1].lower()} {number}" for name, number in counts.states.items()),
    )


def _products(found: Recall, on: date) -> Iterator[tuple[str, str]]:
    batches = recall_batches.batches_of(found, on=on)
    for held in batches:
        row = held.row
        yield batch_rules.named(row), f"{row.site.name}: {row.containers} came in; {held.state.value}"
    if not batches:
        yield "Products", "No batch of the notice was ever received into stock."


def _drawers(found: Recall, counts: queries.Counts) -> Iterator[tuple[str, str]]:
    yield "Meant by the notice", str(counts.units.total)
    yield "In the drawers", f"{counts.here}, of which {counts.units.quarantined} are set aside"
    yield "Used", f"{counts.units.used}, on {counts.patients} patients"
    yield "Discarded", str(counts.units.discarded)
    if found.counted is not None:
        missing = max(0, (found.expected or 0) - found.counted)
        yield "Counted", f"{found.counted} of {found.expected}; unaccounted for: {missing}"


def _rows(request: Visit, found: Recall) -> Iterator[tuple[str, ...]]:
    """One row for each patient, as HEAD names the columns."""
    zone = found.clinic.time_zone
    tries = queries.attempts_by_contact(found)
    for person in queries.everyone(request.actor, found):
        patient, contact = person.patient, person.contact
        made = tries.get(contact.pk, [])
        yield (
            patient.number,
            patient.name,
            patient.phone or "none",
            patient.email or "none",
            "yes" if patient.address else "no",
            "; ".join(
                ", ".join(
                    part
                    for part in (
                        _day(use.used_at),
                        use.site,
                        use.practitioner,
                        *map(anatomy.in_words, use.areas),
                    )
                    if part
                )
                for use in person.everything
            ),
            "; ".join(dict.fromkeys([*(use.lot for use in person.uses), *(put.what for put in person.put)])),
            STATE_WORDS[contact.state][1],
            str(contact.tries),
            moment(contact.changed_at, zone) if contact.changed_at else "",
            contact.changed_by,
            "; ".join(
                f"{each.get_how_display()}: {each.note}" if each.note else each.get_how_display()
                for each in made
            ),
        )


def _day(at: datetime) -> str:
    return day(timezone.localtime(at).date())


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=@\t\r" and cell else cell


def _note(request: Visit, found: Recall, *, papers: str, count: int) -> None:
    detail = {"recall": str(found.public_id), "papers": papers, "count": count}
    reading.note(event="recall-papers-made", by=request.actor, at=request.at, detail=detail)


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
