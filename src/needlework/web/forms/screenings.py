"""The health questions as a form: for staff all on one page, for patients one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.queries import screenings as queries

from .dates import DateBoxes

if TYPE_CHECKING:
    from django.forms import BoundField

    from needlework.clinic.models import Patient
    from needlework.skin.packs.rows import Area, Question

ANSWERS = [("yes", "Yes"), ("no", "No"), ("unknown", "Don’t know")]
GROUPS = {
    "you": "About the patient",
    "medicines": "Medicines",
    "health": "Health",
    "skin": "Skin in the area",
    "lately": "Lately, in the area",
    "allergies": "Allergies and numbing cream",
    "examination": "What you see",
}
WHEN, WHICH, WHERE = "When was the last time?", "Which, or what happened?", "Where?"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on the page, with what is asked further after a yes."""

    question: Question
    main: BoundField
    more: tuple[BoundField, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading."""

    title: str
    asked: tuple[Asked, ...]


def main_field(question: Question, *, for_patient: bool) -> forms.Field:
    """The field of the question itself; an empty one is “not answered”, never “no”."""
    label = question.text_patient if for_patient else question.text_staff
    help_text = (question.help_patient or "") if for_patient else ""
    if question.type == "choice":
        said = [
            (choice, f"Type {choice}" if question.code == "skin-type" else choice)
            for choice in question.choices
        ]
        if for_patient and question.code == "skin-type":
            said = [(str(number), words) for number, words in SKIN_WORDS]
        said.append(("unknown", "Don’t know"))
        return forms.ChoiceField(
            choices=said,
            required=False,
            widget=forms.RadioSelect,
            label=label,
            help_text="" if for_patient else help_text,
        )
    if question.type == "number":
        return forms.DecimalField(required=False, label=label, help_text=help_text)
    return forms.ChoiceField(
        choices=ANSWERS, required=False, widget=forms.RadioSelect, label=label, help_text=help_text
    )


SKIN_WORDS = (
    (1, "It always burns and never tans"),
    (2, "It burns easily and tans a little"),
    (3, "It sometimes burns and tans slowly"),
    (4, "It rarely burns and tans well"),
    (5, "My skin is brown and very rarely burns"),
    (6, "My skin is dark brown or black and never burns"),
)


def more_fields(question: Question, areas: Sequence[Area], *, for_patient: bool) -> dict[str, forms.Field]:
    """What is asked after a yes, by the name of its field."""
    fields: dict[str, forms.Field] = {}
    for want in question.wants:
        name = f"{question.code}-{want}"
        if want == "date":
            fields[name] = DateBoxes(required=False, label=WHEN)
        elif want == "text":
            fields[name] = forms.CharField(required=False, max_length=500, label=WHICH)
        else:
            choices = [(area.code, area.name_patient if for_patient else area.name) for area in areas]
            fields[name] = forms.MultipleChoiceField(
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                label=WHERE,
                help_text="Nothing chosen means everywhere.",
            )
    return fields


def given(code: str, question: Question, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """One answer in the shape of the record; empty when there is none."""
    said = cleaned.get(code)
    if said in (None, ""):
        return {}
    if question.type == "number":
        return {"value": float(said)}
    if question.type == "choice":
        return {"answer": "unknown"} if said == "unknown" else {"choice": said}
    answer: dict[str, Any] = {"answer": said}
    if said == "yes":
        on, text, areas = (cleaned.get(f"{code}-{want}") for want in ("date", "text", "areas"))
        if on:
            answer["date"] = on if isinstance(on, str) else on.isoformat()
        if text:
            answer["text"] = text
        if areas:
            answer["areas"] = [areas] if isinstance(areas, str) else list(areas)
    return answer


def answers_of(questions: Sequence[Question], cleaned: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """All answers given, in the shape of the record."""
    said = {question.code: given(question.code, question, cleaned) for question in questions}
    return {code: answer for code, answer in said.items() if answer}


class HistoryForm(forms.Form):
    """Every question on one page. What is asked after a yes appears with the yes."""

    def __init__(
        self, *args: Any, patient: Patient, before: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.questions = queries.all_questions(patient)
        for question in self.questions:  # a draft holds the three boxes of a date
            name = f"{question.code}-date"
            boxes = [self.initial.get(f"{name}_{part}", "") for part in ("day", "month", "year")]
            if any(boxes):
                self.initial[name] = boxes
        self._areas = queries.areas(patient)
        self._before = (
            {each.question.code: each for each in queries.shown_answers(patient, before)} if before else {}
        )
        for question in self.questions:
            self.fields[question.code] = main_field(question, for_patient=False)
            if self._said(question.code) == "yes":
                self.fields.update(more_fields(question, self._areas, for_patient=False))

    def _said(self, code: str) -> str:
        held: Any = self.data if self.is_bound else self.initial
        return str(held.get(code, ""))

    def _matters(self, question: Question) -> bool:
        conditions = [condition.partition("=") for condition in question.shown_when]
        return all(left == "region" or self._said(left) == right for left, _, right in conditions)

    def clean(self) -> dict[str, Any]:
        """A yes whose further questions were not on the page yet is asked again, with them."""
        cleaned = super().clean() or {}
        if not self.is_bound:
            return cleaned
        for question in self.questions:
            if (
                cleaned.get(question.code) == "yes"
                and question.wants
                and f"{question.code}-asked" not in self.data
            ):
                self.add_error(question.code, "You said yes: please give what is asked below.")
        return cleaned

    def answers(self) -> dict[str, dict[str, Any]]:
        """In the shape of the record; questions that do not matter are left out."""
        return answers_of([each for each in self.questions if self._matters(each)], self.cleaned_data)

    def groups(self) -> list[Group]:
        """The questions as the page shows them."""
        found: dict[str, list[Asked]] = {}
        for question in self.questions:
            if self._matters(question):
                found.setdefault(question.group, []).append(self.asked(question))
        return [Group(GROUPS.get(name, name.capitalize()), tuple(asked)) for name, asked in found.items()]

    def asked(self, question: Question) -> Asked:
        """One question with its further ones."""
        more = tuple(
            self[f"{question.code}-{want}"]
            for want in question.wants
            if f"{question.code}-{want}" in self.fields
        )
        earlier = self._before.get(question.code)
        words = "" if earlier is None else f"{earlier.words}{f' ({earlier.note})' if earlier.note else ''}"
        return Asked(question, self[question.code], more, words)

    def follow(self, code: str) -> list[Asked]:
        """Questions which this answer brings up."""
        return [
            self.asked(question)
            for question in self.questions
            if any(condition.startswith(f"{code}=") for condition in question.shown_when)
            and self._matters(question)
        ]


class OneQuestionForm(forms.Form):
    """One screen of the patient's phone: the question itself, or what is asked after a yes."""

    def __init__(self, *args: Any, patient: Patient, question: Question, part: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if part:
            fields = more_fields(question, queries.areas(patient), for_patient=True)
            self.name = f"{question.code}-{part}"
            self.fields[self.name] = fields[self.name]
        else:
            self.name = question.code
            self.fields[self.name] = main_field(question, for_patient=True)

    @property
    def asked(self) -> BoundField:
        """The only field."""
        return self[self.name]

    def kept(self) -> list[str]:
        """What to keep as draft."""
        value = self.cleaned_data.get(self.name)
        if isinstance(value, list):
            return [str(each) for each in value]
        if isinstance(value, date):
            return [value.isoformat()]
        return [str(value or "")]


class OverrideForm(forms.Form):
    """Why it is safe to treat all the same."""

    because = forms.CharField(
        label="Why is it safe to treat all the same?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text="Your name, the time and this reason are kept with the finding.",
    )
