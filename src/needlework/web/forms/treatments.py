"""The forms of the treatment room. Shape and type only; what is allowed is decided by the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from needlework.clinic.errors import BadInput, ClinicError
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.rules import treatments as rules
from needlework.skin import dosing, packs
from needlework.web.refusals import show
from needlework.web.templatetags.show import area_name

from .batches import FromStockForm, ProductForm
from .screenings import Asked, HistoryForm, main_field, more_fields

if TYPE_CHECKING:
    from needlework.clinic.models import Patient, PlanArea, Site, Staff
    from needlework.clinic.queries.hand_pieces import Piece

# What may have changed since the history was answered, and can stop a treatment today.
REASKED = (
    "pregnancy",
    "infection-now",
    "isotretinoin",
    "skin-broken",
    "skin-infection",
    "cold-sore-now",
    "active-acne",
    "swollen-bruised",
    "sun",
    "anaesthetic-today",
)


class FactForm(forms.Form):
    """A form which records what happened. When a rule refuses it, a reason may be given: then it is a deviation."""

    deviation_because = forms.CharField(
        label="It has already happened: why?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept as a deviation from the rules; the medical lead is told.",
    )
    refused: bool = False

    def refuse(self, error: ClinicError) -> None:
        """Show the sentence; a rule that a fact may pass by opens the field for the reason."""
        self.refused = not isinstance(error, BadInput)
        show(self, error)

    @property
    def asks_why(self) -> bool:
        """Whether the field for the reason is shown."""
        return self.refused or bool(self["deviation_because"].value())

    def because(self) -> str | None:
        """The reason, or None when there is none."""
        return str(self.cleaned_data.get("deviation_because") or "").strip() or None


class ReaskForm(HistoryForm):
    """Today: what may have changed, and what the practitioner sees."""

    nothing_else = forms.ChoiceField(
        label="Anything else new: an illness, a medicine, a peel, laser, filler or operation?",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        patient: Patient,
        before: Mapping[str, Any] | None,
        examines: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, patient=patient, before=before, **options)
        wanted = [each for each in screening_queries.all_questions(patient) if each.code in REASKED]
        if examines:
            seen = screening_queries.all_questions(patient, examined=True)
            wanted += [each for each in seen if each.type == "practitioner"]
        rest = self.fields.pop("nothing_else")
        self.fields.clear()
        areas = screening_queries.areas(patient)
        self.questions = wanted
        for question in wanted:
            field = main_field(question, for_patient=False)
            field.required = True
            field.error_messages["required"] = "Ask this one too."
            self.fields[question.code] = field
            if self._said(question.code) == "yes":
                self.fields.update(more_fields(question, areas, for_patient=False))
        self.fields["nothing_else"] = rest

    def clean_nothing_else(self) -> str:
        """Something new is asked with the whole history."""
        said = str(self.cleaned_data["nothing_else"])
        if said == "yes":
            raise forms.ValidationError("Answer the health questions again, so that it is judged.")
        return said

    def told(self) -> list[Asked]:
        """What the patient is asked."""
        return [self.asked(question) for question in self.questions if question.type != "practitioner"]

    def seen(self) -> list[Asked]:
        """What the practitioner answers."""
        return [self.asked(question) for question in self.questions if question.type == "practitioner"]


class ConfirmForm(forms.Form):
    """The patient confirms the consent on the clinic's device."""

    signature = forms.CharField(required=False, widget=forms.HiddenInput)
    signature_typed = forms.CharField(label="Full name of the patient", max_length=200)


class NumbForm(FromStockForm, FactForm):
    """Cream on. The treated area is measured or drawn: it has no default."""

    product = forms.ChoiceField(label="Product")
    batch = forms.CharField(
        label="Batch", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    expires_on = forms.DateField(
        label="Expires", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    grams = forms.DecimalField(
        label="Amount",
        max_digits=6,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.1", "min": "0"}),
    )
    area_cm2 = forms.DecimalField(
        label="Skin covered",
        max_digits=7,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "1", "min": "0"}),
        help_text="Measure it: length times width. A palm with its fingers is about 1 % of the body.",
    )
    weight_kg = forms.DecimalField(
        label="Body weight",
        max_digits=5,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.1", "min": "0"}),
    )
    minutes = forms.IntegerField(label="To stay on", widget=forms.NumberInput(attrs={"min": "1"}))
    occluded = forms.BooleanField(label="Covered with film", required=False)
    areas = forms.MultipleChoiceField(
        label="Where", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"})
    )

    def __init__(self, *args: Any, planned: Sequence[PlanArea], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(row.code, row.name) for row in dosing.products()]
        self.fields["product"].choices = [("", "Choose the product"), *choices]  # type: ignore[attr-defined]
        codes = dict.fromkeys(row.area for row in planned)
        self.fields["areas"].choices = [(code, area_name(code)) for code in codes]  # type: ignore[attr-defined]


class WipeForm(FactForm):
    """Cream off."""

    entry = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "wipe_%s")
        super().__init__(*args, **options)


class ScanForm(forms.Form):
    """What came from the scanner, the camera or the keyboard."""

    scan = forms.CharField(label="Scan the packet", required=False, max_length=2000, strip=False)


class OpenPacketForm(FactForm):
    """One tap: this packet is opened now."""

    unit = forms.UUIDField(widget=forms.HiddenInput)
    scan = forms.CharField(required=False, max_length=2000, strip=False, widget=forms.HiddenInput)
    read_by = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    hand_piece = forms.ChoiceField(label="Hand-piece", required=False)

    def __init__(self, *args: Any, pieces: Sequence[Piece] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(piece.row.public_id), _hand_piece(piece)) for piece in pieces]
        self.fields["hand_piece"].choices = [("", "None"), *named]  # type: ignore[attr-defined]


def _hand_piece(piece: Piece) -> str:
    out, overdue = piece.row.out_of_use_at is not None, piece.due == "overdue"
    note = ", out of use" if out else ", service overdue" if overdue else ""
    return f"{piece.row.name}, {piece.row.serial}{note}"


class WitnessForm(forms.Form):
    """The patient saw it opened, or did not wish to look."""

    entry = forms.UUIDField(widget=forms.HiddenInput)
    witness = forms.ChoiceField(
        label="Did the patient see the sealed packet opened?",
        choices=[("seen", "Yes, seen"), ("declined", "Did not wish to look")],
        widget=forms.RadioSelect,
    )
    witnessed_by = forms.CharField(label="Initials of the patient", max_length=10)


class ReasonForm(forms.Form):
    """Take an entry back, with the reason."""

    entry = forms.UUIDField(widget=forms.HiddenInput)
    because = forms.CharField(label="Reason", max_length=500)


class ReturnForm(ReasonForm):
    """Scanned in error and still sealed: a second person looks and confirms."""

    second = forms.ChoiceField(label="Second person")
    second_secret = forms.CharField(
        label="Their PIN or password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "data-no-draft": ""}),
    )

    def __init__(self, *args: Any, people: Sequence[Staff], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(person.public_id), person.name) for person in people]
        self.fields["second"].choices = [("", "Choose who looks"), *named]  # type: ignore[attr-defined]


class TopicalForm(FromStockForm, ProductForm, FactForm):
    """A product with its batch."""

    batch = forms.CharField(label="Batch", max_length=40)
    expires_on = forms.DateField(
        label="Expires", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    stage = forms.ChoiceField(
        label="When",
        choices=[("before", "Before"), ("during", "During"), ("after", "After")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "topical_%s")
        known = [(row.code, row.name) for row in packs.shipped().topicals.values()]
        super().__init__(*args, products=known, **options)


class SootheForm(forms.Form):
    """How the patient and the skin are, and where the sharps went."""

    pain = forms.TypedChoiceField(
        label="Pain, as the patient says",
        choices=[(number, str(number)) for number in range(11)],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text="0 is none, 10 the worst imaginable.",
    )
    redness = forms.ChoiceField(
        label="Redness", choices=list(rules.REDNESS.items()), required=False, widget=forms.RadioSelect
    )
    sharps_container = forms.CharField(
        label="Sharps container", required=False, max_length=60, help_text="The number on the container."
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AftercareForm(forms.Form):
    """What is told besides the sheet."""

    note = forms.CharField(
        label="Besides the sheet", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "aftercare_%s")
        super().__init__(*args, **options)


class SignForm(forms.Form):
    """Who signs says again who they are."""

    secret = forms.CharField(
        label="Your PIN or password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "data-no-draft": "", "class": "big"}),
    )


class StopForm(forms.Form):
    """Why it stops."""

    reason = forms.ChoiceField(
        label="Why", choices=list(rules.STOP_REASONS.items()), widget=forms.RadioSelect
    )
    words = forms.CharField(label="In words", required=False, max_length=500)

    def because(self) -> str:
        """The reason as one sentence."""
        said = str(rules.STOP_REASONS[self.cleaned_data["reason"]])
        words = str(self.cleaned_data["words"]).strip()
        return f"{said}: {words}" if words else said


class AmendForm(forms.Form):
    """What is added after the signature."""

    text = forms.CharField(
        label="What is added or corrected", widget=forms.Textarea(attrs={"rows": 4}), max_length=4000
    )
    because = forms.CharField(label="Why", max_length=500)


class OpenForm(forms.Form):
    """Who treats, and where."""

    practitioner = forms.ChoiceField(label="Who treats")
    site = forms.ChoiceField(label="Where")

    def __init__(self, *args: Any, people: Sequence[Staff], sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["practitioner"].choices = [(str(row.public_id), row.name) for row in people]  # type: ignore[attr-defined]
        self.fields["site"].choices = [(str(row.public_id), row.name) for row in sites]  # type: ignore[attr-defined]
