"""The protocol pack as a clinic uses it: approved by its medical lead, signed where it must be, tightened, never loosened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from needlework.clinic.errors import BadInput, NotRegistered, PackLoosened, PackNotApproved
from needlework.clinic.models import Clinic, PackApproval, PackCeiling, PackRowSignature, PackTightening
from needlework.clinic.who import Actor
from needlework.skin import packs
from needlework.skin.packs import CeilingError, LooseningError, Pack, Tightening, snapshots
from needlework.skin.packs.rows import Anaesthetic, Rule
from needlework.skin.tables import UnknownCodeError

from .clinics import jurisdiction_of

LONGEST_DAYS = 3650
SIGNABLE = "needs sign-off"


# --- the pack of a clinic ------------------------------------------------------------------------------
def pack_of(clinic: Clinic) -> Pack:
    """The protocol pack as it acts in this clinic: its law, the rows signed, the rules tightened, its own ceilings.

    Asks the database nothing: what the medical lead decided stands ready on the clinic.
    """
    own = json.dumps(clinic.pack_own, sort_keys=True) if clinic.pack_own else ""
    return _pack(jurisdiction_of(clinic), own)


@lru_cache(maxsize=64)
def _pack(jurisdiction: packs.Jurisdiction, own: str) -> Pack:
    shipped = packs.shipped()
    said = json.loads(own) if own else {}
    return shipped.tailored(
        jurisdiction=jurisdiction,
        signed=_signed(shipped, said.get("signed", {})),
        tightened=_tightened(shipped, said.get("tightened", {})),
        max_g=_ceilings(shipped, said.get("max_g", {})),
    )


def _signed(shipped: Pack, said: Mapping[str, str]) -> list[str]:
    """Rules whose signature still stands under the very words that ship today."""
    rules = {code: shipped.rules[code] for code in said if code in shipped.rules}
    return [code for code, rule in rules.items() if snapshots.row_hash(rule) == said[code]]


def _tightened(shipped: Pack, said: Mapping[str, Mapping[str, Any]]) -> dict[str, Tightening]:
    """What is still stricter than the rules that ship today; a later pack may have overtaken a clinic."""
    found = {
        code: stricter(shipped.rules[code], facts) for code, facts in said.items() if code in shipped.rules
    }
    return {code: change for code, change in found.items() if change is not None}


def stricter(rule: Rule, facts: Mapping[str, Any]) -> Tightening | None:
    """The parts of a tightening which are not looser than the rule; None where nothing is left of it."""
    kept: dict[str, Any] = {}
    for fact, value in facts.items():
        try:
            packs.check_tighter(rule, Tightening(**{fact: value}))
        except LooseningError:
            continue
        kept[fact] = value
    return Tightening(**kept) if kept else None


def _ceilings(shipped: Pack, said: Mapping[str, float]) -> dict[str, float]:
    kept = {}
    for code, grams in said.items():
        product = shipped.anaesthetics.get(code)
        if product is not None and (product.max_g is None or grams <= product.max_g):
            kept[code] = grams
    return kept


def own(
    signatures: Iterable[PackRowSignature],
    tightenings: Iterable[PackTightening],
    ceilings: Iterable[PackCeiling],
) -> dict[str, Any]:
    """What all decisions amount to, the oldest first: the latest about one thing counts."""
    signed: dict[str, str] = {}
    for signature in signatures:
        if signature.table == "rules":
            signed.pop(signature.code, None)
            if not signature.ended:
                signed[signature.code] = signature.row_hash
    tightened: dict[str, dict[str, Any]] = {}
    for row in tightenings:
        tightened.pop(row.rule, None)
        if not row.ended:
            facts = {"verdict": row.verdict, "override_by": row.override_by, "days": row.days}
            tightened[row.rule] = {fact: value for fact, value in facts.items() if value}
    max_g: dict[str, float] = {}
    for ceiling in ceilings:
        max_g.pop(ceiling.product, None)
        if ceiling.max_g is not None:
            max_g[ceiling.product] = float(ceiling.max_g)
    whole = {"signed": signed, "tightened": tightened, "max_g": max_g}
    return {part: held for part, held in whole.items() if held}


# --- checks --------------------------------------------------------------------------------------------
def check_approved(clinic: Clinic) -> None:
    """The tables in use are those that were approved, to the letter. Raises PackNotApproved."""
    pack = packs.shipped()
    if not PackApproval.objects.filter(clinic=clinic, content_hash=pack.content).exists():
        raise PackNotApproved(version=pack.version)


def check_registered(by: Actor) -> None:
    """Who approves has a registration number. Raises NotRegistered."""
    if not by.registration_number:
        raise NotRegistered()


def signable(table: str, code: str) -> Any:
    """The row that wants a signature. Raises BadInput for a row that acts without one, or is not there."""
    row = getattr(packs.shipped(), table, {}).get(code) if table in packs.FILES else None
    if row is None:
        raise BadInput(because="There is no such row in the protocol pack.", at_field="code")
    if getattr(row, "status", "") != SIGNABLE:
        raise BadInput(because="This row acts as it is written; it needs no signature.", at_field="code")
    return row


def check_tightening(
    code: str, *, verdict: str, override_by: str, days: int | None
) -> tuple[Rule, Tightening]:
    """A rule and what is stricter about it than as shipped. Raises BadInput or PackLoosened."""
    rule = _find(code)
    if verdict not in ("", "wait", "refuse"):
        raise BadInput(because="A rule is tightened to “wait” or to “refuse”.", at_field="verdict")
    if override_by not in ("", *packs.OVERRIDES):
        raise BadInput(because="Choose from the list who may override the rule.", at_field="override_by")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise BadInput(because=f"Give 1 to {LONGEST_DAYS} days.", at_field="days")
    change = Tightening(verdict=verdict or None, override_by=override_by or None, days=days)  # type: ignore[arg-type]
    same = Tightening(
        verdict=None
        if change.verdict == rule.verdict and rule.status == "shipped default"
        else change.verdict,
        override_by=None if change.override_by == rule.override_by else change.override_by,
        days=None if days == rule.days else days,
    )
    if not any(asdict(same).values()):
        raise BadInput(because="Nothing here is stricter than the rule as it ships.", at_field="verdict")
    try:
        packs.check_tighter(rule, same)
    except LooseningError as looser:
        raise PackLoosened(because=str(looser)) from looser
    return rule, same


def check_ceiling(code: str, max_g: float) -> Anaesthetic:
    """The product, if it may have this ceiling [g]. Raises BadInput or PackLoosened."""
    try:
        product = packs.find(code, packs.shipped().anaesthetics, "anaesthetic")
        packs.check_ceiling(product, max_g)
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="product") from wrong
    except CeilingError as wrong:
        raise BadInput(because=str(wrong), at_field="max_g") from wrong
    except LooseningError as looser:
        raise PackLoosened(because=str(looser)) from looser
    return product


def _find(code: str) -> Rule:
    try:
        return packs.find(code, packs.shipped().rules, "rule")
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="rule") from wrong
