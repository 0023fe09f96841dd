"""What the record holds about the suitability of patients, read for one or for a whole day's list at once.

Histories, examinations and reconfirmations are only ever added, so what several of them say together never changes.
It is remembered by their public ids; a list of forty people then reads no answers at all that were read before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Subquery

from needlework.clinic.models import Consultation, Finding, History, Patient, Reconfirmation
from needlework.skin import screening
from needlework.skin.packs import Pack
from needlework.skin.screening import Answer

from .answers import merged, pack_of

MOST_REMEMBERED: Final = 1000  # sets of answers, of about fifty each


class Confirmed(NamedTuple):
    """One reconfirmation, as plain values: a patient has one for each treatment."""

    patient: int
    public_id: UUID
    history_id: int
    treatment_id: int
    confirmed_at: datetime


_Layers = tuple[UUID | None, UUID | None, tuple[UUID, ...]]  # history, consultation, reconfirmations
_remembered: dict[tuple[_Layers, str], dict[str, Answer]] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one patient, before it is judged. `layers` names the rows which `answers` were merged from."""

    history: History | None = None
    findings: Sequence[Finding] = ()
    consultation: Consultation | None = None
    reconfirmations: Sequence[Confirmed] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    layers: _Layers = (None, None, ())


def known_of(patients: Collection[Patient]) -> dict[int, Known]:
    """By primary key. In four queries however many there are, and one more when some of it is read for the first time.

    The rows come without the texts which the answers were made of.
    """
    pks = [patient.pk for patient in patients]
    histories = {row.patient_id: row for row in _latest(History, "answered_at", pks).defer("answers")}
    consultations = {
        row.patient_id: row
        for row in _latest(Consultation, "held_at", pks).defer(
            "examination", "motive", "expectation", "notes"
        )
    }
    findings: dict[int, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(history__in=[row.pk for row in histories.values()]).order_by("-pk"):
        findings[finding.history_id].append(finding)
    confirmed: dict[int, list[Confirmed]] = defaultdict(list)
    rows = Reconfirmation.objects.filter(history__patient__in=pks).order_by("confirmed_at", "pk")
    for row in rows.values_list(
        "history__patient_id", "public_id", "history_id", "treatment_id", "confirmed_at"
    ):
        confirmed[row[0]].append(Confirmed(*row))
    known = {}
    for pk in pks:
        history, consultation = histories.get(pk), consultations.get(pk)
        known[pk] = Known(
            history,
            findings[history.pk] if history is not None else (),
            consultation,
            confirmed[pk],
            layers=(
                None if history is None else history.public_id,
                None if consultation is None else consultation.public_id,
                tuple(row.public_id for row in confirmed[pk]),
            ),
        )
    return _with_answers(known, {patient.pk: pack_of(patient.clinic) for patient in patients})


def _latest(model: Any, moment: str, pks: Collection[int]) -> Any:
    """The last row of each patient."""
    last = model.objects.filter(patient=OuterRef("patient"), voided_at=None).order_by(f"-{moment}", "-pk")
    return model.objects.filter(patient__in=pks, pk=Subquery(last.values("pk")[:1]))


# --- what they say together -----------------------------------------------------------------------------
def _with_answers(known: dict[int, Known], packs: Mapping[int, Pack]) -> dict[int, Known]:
    new = [one for pk, one in known.items() if (one.layers, packs[pk].id) not in _remembered]
    texts = _texts(new)
    whole = {}
    for pk, one in known.items():
        key = one.layers, packs[pk].id
        answers = _remembered.get(key)
        if answers is None:
            answers = _remembered[key] = _merged(one, packs[pk], texts)
            while len(_remembered) > MOST_REMEMBERED:
                _remembered.pop(next(iter(_remembered)), None)
        whole[pk] = Known(
            one.history, one.findings, one.consultation, one.reconfirmations, answers, one.layers
        )
    return whole


def _texts(new: Iterable[Known]) -> dict[UUID, Mapping[str, Any]]:
    """The answers as they are kept, by the public id of their row."""
    ids = [one.layers for one in new]
    if not ids:
        return {}
    told = History.objects.filter(public_id__in=[history for history, _, _ in ids if history is not None])
    held = Consultation.objects.filter(public_id__in=[held for _, held, _ in ids if held is not None])
    confirmed = Reconfirmation.objects.filter(public_id__in=[one for _, _, many in ids for one in many])
    rows = told.values_list("public_id", "answers").union(
        held.values_list("public_id", "examination"),
        confirmed.values_list("public_id", "examination"),
        all=True,
    )
    return dict(rows)


def _merged(known: Known, pack: Pack, texts: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Answer]:
    """What was told, and on top of it what was seen since, in the order in which it was."""
    history, consultation = known.history, known.consultation
    told = {} if history is None else _read(texts[history.public_id], pack)
    later: list[tuple[datetime, Mapping[str, Answer]]] = []
    if consultation is not None:
        examined = _read(texts[consultation.public_id], pack)
        if history is None or consultation.held_at >= history.answered_at:
            later.append((consultation.held_at, examined))
        else:  # the newer history goes first, for all that it asks
            told = {**examined, **told}
    for row in known.reconfirmations:
        found = _read(texts[row.public_id], pack)
        if history is None or row.history_id != history.pk:  # only what no history asks
            found = {code: answer for code, answer in found.items() if _is_examined(code, pack)}
        later.append((row.confirmed_at, found))
    later.sort(key=lambda layer: layer[0])
    whole = merged(pack, [told, *(layer for _moment, layer in later)])
    if consultation is not None:
        whole["skin-type"] = Answer(choice=str(consultation.skin_type))
    return whole


def _is_examined(code: str, pack: Pack) -> bool:
    return pack.questions[code].type == "practitioner"


def _read(kept: Mapping[str, Any], pack: Pack) -> dict[str, Answer]:
    """Answers as they were stored, without questions which this pack no longer has."""
    return {
        code: answer for code, answer in screening.from_json(dict(kept)).items() if code in pack.questions
    }
