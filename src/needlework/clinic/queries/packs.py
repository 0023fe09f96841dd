"""The protocol pack as it acts in a clinic: who approved which, what was signed and tightened, and every row to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Clinic, PackApproval, PackCeiling, PackRowSignature, PackTightening
from needlework.clinic.rules import packs as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.clinics import JURISDICTIONS
from needlework.clinic.who import Actor
from needlework.skin import packs
from needlework.skin.packs import Pack, differences, snapshots
from needlework.skin.packs.differences import Difference
from needlework.skin.packs.rows import Alternative, Anaesthetic, Change, Question, Rule

SHOWN = ("stops", "waits", "care", "unsigned", "tightened", "advisory", "off")


@dataclass(frozen=True, slots=True)
class RowToSign:
    """A row that acts only when signed; the signature that counts for today's words, and the one that does not any more."""

    table: str
    code: str
    says: str
    why: str
    signature: PackRowSignature | None
    outdated: PackRowSignature | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it ships and as it acts here: `acting` is None where another law holds."""

    shipped: Rule
    acting: Rule | None
    question: Question
    signature: PackRowSignature | None
    tightening: PackTightening | None
    sources: tuple[str, ...]

    @property
    def state(self) -> str:
        """`stop`, `wait`, `care`, or `off`."""
        if self.acting is None:
            return "off"
        return "stop" if self.acting.verdict == "refuse" else self.acting.verdict

    @property
    def unsigned(self) -> bool:
        """Whether it waits for a signature."""
        return self.shipped.status == rules.SIGNABLE and self.signature is None

    def is_shown(self, kind: str) -> bool:
        """Whether it belongs to one of the kinds of `SHOWN`; to any other, every rule does."""
        return {
            "stops": self.state == "stop",
            "waits": self.state == "wait",
            "care": self.state == "care",
            "unsigned": self.unsigned,
            "tightened": self.tightening is not None,
            "advisory": self.shipped.status == "informs only",
            "off": self.state == "off",
        }.get(kind, True)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A numbing product, the clinic's own ceiling, and what is said of it elsewhere."""

    row: Anaesthetic
    ceiling: PackCeiling | None
    sources: tuple[str, ...]


@dataclass
class PackState:
    """The pack in use, its approval if there is one, the approvals before it, and what the clinic decided."""

    clinic: Clinic
    approval: PackApproval | None
    earlier: list[PackApproval]
    signatures: list[PackRowSignature] = field(default_factory=list)
    tightenings: list[PackTightening] = field(default_factory=list)
    ceilings: list[PackCeiling] = field(default_factory=list)

    @property
    def version(self) -> str:
        """The version that ships."""
        return packs.shipped().version

    @property
    def content(self) -> str:
        """The hash of its content."""
        return packs.shipped().content

    @property
    def changes(self) -> Sequence[Change]:
        """Its change log, the newest first."""
        return packs.shipped().changes[::-1]

    @property
    def jurisdiction(self) -> str:
        """Where the clinic works, in words."""
        return JURISDICTIONS.get(self.clinic.jurisdiction, ("Great Britain", "gb"))[0]

    @cached_property
    def pack(self) -> Pack:
        """As it acts here."""
        return rules.pack_of(self.clinic)

    @cached_property
    def differences(self) -> tuple[Difference, ...] | None:
        """What changed since the latest approval, what got looser first. None where nobody approved one yet, or its
        rows were not kept.
        """
        if self.approval is not None or not self.earlier or not self.earlier[0].tables:
            return None
        return differences.diff_tables(snapshots.tables(self.earlier[0].tables), packs.shipped())

    @cached_property
    def to_sign(self) -> list[RowToSign]:
        """Every row that acts only when signed."""
        latest = {(row.table, row.code): row for row in self.signatures}  # the oldest first: the latest stays
        found = []
        for table in packs.FILES:
            for row in snapshots.rows(packs.shipped(), table):
                if getattr(row, "status", "") != rules.SIGNABLE:
                    continue
                last = latest.get((table, row.code))
                last = None if last is None or last.ended else last
                counts = last is not None and last.row_hash == snapshots.row_hash(row)
                says, why = _said(row)
                found.append(
                    RowToSign(table, row.code, says, why, last if counts else None, None if counts else last)
                )
        return found

    @cached_property
    def tightened(self) -> dict[str, PackTightening]:
        """The tightening of each rule that counts."""
        latest = {row.rule: row for row in self.tightenings}
        return {rule: row for rule, row in latest.items() if not row.ended and rule in self.pack.tightened}

    @cached_property
    def own_ceilings(self) -> dict[str, PackCeiling]:
        """The clinic's own ceiling of each product."""
        latest = {row.product: row for row in self.ceilings}
        return {code: row for code, row in latest.items() if not row.ended and code in self.pack.max_g}

    @property
    def products_without_ceiling(self) -> list[Anaesthetic]:
        """Products that wait for the clinic's own maximum."""
        rows = self.pack.anaesthetics.values()
        return [row for row in rows if row.clinic_sets_max and row.code not in self.pack.max_g]


def state(by: Actor) -> PackState:
    """Raises NotAllowed."""
    check_may(by, Act.SEE_STAFF)
    approvals = list(
        PackApproval.objects.filter(clinic_id=by.clinic_id).defer("tables").order_by("-approved_at")
    )
    content = packs.shipped().content
    current = next((row for row in approvals if row.content_hash == content), None)
    return PackState(
        clinic=Clinic.objects.get(pk=by.clinic_id),
        approval=current,
        earlier=[row for row in approvals if row is not current],
        signatures=list(PackRowSignature.objects.filter(clinic_id=by.clinic_id).order_by("pk")),
        tightenings=list(PackTightening.objects.filter(clinic_id=by.clinic_id).order_by("pk")),
        ceilings=list(PackCeiling.objects.filter(clinic_id=by.clinic_id).order_by("pk")),
    )


def rule_rows(held: PackState, *, search: str = "", kind: str = "") -> list[RuleRow]:
    """Rules which say all the words sought, in code, sentence, question or source; the gravest first."""
    words = search.casefold().split()
    rows = [row for row in _rows(held) if row.is_shown(kind) and _says(row, words)]
    order = ("stop", "wait", "care", "off")
    return sorted(rows, key=lambda row: order.index(row.state))


def rule_row(held: PackState, code: str) -> RuleRow:
    """One rule. Raises NotFound."""
    found = next((row for row in _rows(held) if row.shipped.code == code), None)
    if found is None:
        raise NotFound(thing="rule")
    return found


def alternatives(code: str) -> list[tuple[Alternative, tuple[str, ...]]]:
    """What other sources say about the same, with their citations."""
    pack = packs.shipped()
    return [(row, cited(row.source)) for row in pack.alternatives.values() if code in row.rules]


def product_rows(held: PackState) -> list[ProductRow]:
    """Every numbing product, licensed ones first."""
    return [
        ProductRow(row, held.own_ceilings.get(row.code), cited(row.source))
        for row in held.pack.anaesthetics.values()
    ]


def cited(sources: Iterable[str]) -> tuple[str, ...]:
    """Sources as they are cited."""
    known = packs.shipped().sources
    return tuple(known[source].citation for source in sources if source in known)


def _rows(held: PackState) -> list[RuleRow]:
    signed = {row.code: row.signature for row in held.to_sign if row.table == "rules"}
    return [
        RuleRow(
            shipped=rule,
            acting=held.pack.rule_in_force(rule),
            question=held.pack.questions[rule.question],
            signature=signed.get(rule.code),
            tightening=held.tightened.get(rule.code),
            sources=cited(rule.source),
        )
        for rule in held.pack.rules.values()
    ]


def _says(row: RuleRow, words: Sequence[str]) -> bool:
    rule = row.shipped
    text = " ".join(
        (rule.code, rule.because, row.question.text_staff, rule.authority, *rule.research, *row.sources)
    ).casefold()
    return all(word in text for word in words)


def _said(row: Any) -> tuple[str, str]:
    """What a row is about, and what it says."""
    if isinstance(row, Rule):
        return row.because, f"Unsigned it only asks to take care; signed it means: {row.verdict}."
    name = getattr(row, "name", "") or getattr(row, "topic", "") or row.code
    says = getattr(row, "measures", "") or getattr(row, "advice_patient", "")
    return name[:1].upper() + name[1:], f"{says[:1].upper()}{says[1:]}".rstrip(".") + "."
