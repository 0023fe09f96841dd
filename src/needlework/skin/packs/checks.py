"""What must hold between the tables of a pack. Every check names file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from needlework.skin.packs.rows import Question, Rule
from needlework.skin.tables import TableError, check_known

if TYPE_CHECKING:
    from needlework.skin.packs import Pack

STRONG: Final = ("label", "guideline")
SUBSTANCES: Final = ("lidocaine", "prilocaine", "tetracaine", "benzocaine", "amide", "ester", "all")
EXCIPIENTS: Final = ("parabens", "propylene-glycol", "benzyl-alcohol")


def check(pack: Pack) -> None:
    """Raises `TableError` for the first thing that does not hold."""
    units = {area.unit for area in pack.areas.values()}
    known = _known(pack, units)
    known("rules.csv", pack.rules, "question", pack.questions, "question")
    known("rules.csv", pack.rules, "condition", pack.conditions, "condition")
    known("protocols.csv", pack.protocols, "indication", pack.indications, "indication")
    known("protocols.csv", pack.protocols, "goes_with", pack.topicals, "topical")
    known("indications.csv", pack.indications, "scales", pack.scales, "scale")
    known("indications.csv", pack.indications, "units", units, "facial unit or body area")
    known("scales.csv", pack.scales, "indications", pack.indications, "indication")
    known("conditions.csv", pack.conditions, "acts_on", (*SUBSTANCES, *EXCIPIENTS), "substance")
    known("anaesthetics.csv", pack.anaesthetics, "contains", EXCIPIENTS, "excipient")
    named = (*pack.rules, *pack.bounds, *pack.conditions, *pack.topicals, *pack.aftercare)
    known("alternatives.csv", pack.alternatives, "rules", named, "rule")
    known("red_flags.csv", pack.red_flags, "question", pack.checkin, "check-in question")
    _each("questions.csv", pack.questions, _question, pack)
    _each("rules.csv", pack.rules, _rule, pack)
    _each("protocols.csv", pack.protocols, _ranges, pack)
    _each("bounds.csv", pack.bounds, _hard_stop, pack)
    _each("scales.csv", pack.scales, _scale, pack)
    _each("aftercare.csv", pack.aftercare, _window, pack)
    _each("red_flags.csv", pack.red_flags, _window, pack)
    _each("red_flags.csv", pack.red_flags, _flag_answer, pack)
    _each("anaesthetics.csv", pack.anaesthetics, _anaesthetic, pack)
    _each("conditions.csv", pack.conditions, _condition, pack)


def check_release(pack: Pack) -> None:
    """Raises `TableError` when the rows are not those that the last entry of the change log was written for."""
    last = pack.changes[-1]
    if last.content != pack.content:
        wrong = f"the rows are not those of {last.version}. Write a new version with content {pack.content}."
        raise TableError("pack.toml", 1, "content", wrong)


def _known(pack: Pack, units: set[str]) -> Callable[..., None]:
    def known(file: str, table: Mapping[str, Any], column: str, codes: Any, kind: str) -> None:
        check_known(file, tuple(table.values()), column, frozenset(codes), kind=kind)

    return known


Wrong = tuple[str, str] | None


def _each(file: str, table: Mapping[str, Any], wrong_with: Callable[[Any, Pack], Wrong], pack: Pack) -> None:
    for line, row in enumerate(table.values(), start=2):
        wrong = wrong_with(row, pack)
        if wrong is not None:
            raise TableError(file, line, *wrong)


def _question(question: Question, pack: Pack) -> Wrong:
    if (question.type == "choice") != bool(question.choices):
        return "choices", "a choice has choices, and nothing else has."
    has_range = question.number_min is not None and question.number_max is not None
    if (question.type == "number") != has_range:
        return "number_min", "a number has a lowest and a highest, and nothing else has."
    for condition in question.shown_when:
        left, equals, right = condition.partition("=")
        if not equals:
            return "shown_when", f"“{condition}” should read like isotretinoin=yes."
        if left == "region":
            regions = {area.region for area in pack.areas.values()}
            if not set(right.split("|")) <= regions:
                return "shown_when", f"“{right}” is not a region."
        elif left not in pack.questions or left == question.code or right not in ("yes", "no", "unknown"):
            return "shown_when", f"“{condition}” asks for an answer that cannot be given."
        elif pack.questions[left].shown_when:
            return "shown_when", f"{left} is itself shown only sometimes; conditions are one step deep."
    if not any(rule.question == question.code for rule in pack.rules.values()):
        return "code", "no rule uses this question, so it must not be asked."
    return None


def _rule(rule: Rule, pack: Pack) -> Wrong:
    question = pack.questions[rule.question]
    wanted: dict[str, tuple[Sequence[str], object, str]] = {
        "yes": (("yes_no", "practitioner"), True, "when"),
        "within": (("yes_no", "practitioner"), rule.days and "date" in question.wants, "days"),
        "below": (("number",), rule.number, "number"),
        "choice": (("choice",), rule.choices and set(rule.choices) <= set(question.choices), "choices"),
    }
    types, enough, column = wanted[rule.when]
    if question.type not in types:
        return "when", f"“{rule.when}” does not fit the question {question.code}, which is a {question.type}."
    if not enough:
        return column, f"“{rule.when}” needs it, and the question must ask for it."
    if rule.days is not None and rule.when != "within":
        return "days", "only “within” counts days."
    if rule.scope == "area" and "areas" not in question.wants:
        return "scope", f"the question {question.code} does not ask for areas."
    if (rule.scope == "anaesthetic") != (rule.condition is not None):
        return "condition", "a rule about the anaesthetic names its condition, and no other does."
    return _hard_stop(rule, pack)


def _hard_stop(row: Any, pack: Pack) -> Wrong:
    """A refusal needs a label or a guideline, or a signature; a wait on less must leave a way to override it."""
    if row.authority in STRONG or row.status != "shipped default":
        return None
    if row.verdict == "refuse":
        return "authority", f"a refusal on the authority of a {row.authority} needs sign-off."
    if row.verdict == "wait" and row.override_by == "none":
        return "override_by", f"a wait on the authority of a {row.authority} must be open to override."
    return None


def _ranges(row: Any, pack: Pack) -> Wrong:
    for name in ("needle_mm", "passes", "treatments", "interval_weeks"):
        low, high = getattr(row, f"{name}_min"), getattr(row, f"{name}_max")
        if (low is None) != (high is None):
            return f"{name}_min", "a range has both ends or none."
        if low is not None and low > high:
            return f"{name}_min", f"{low:g} is more than {high:g}."
    if not set(row.regions) <= set(pack.indications[row.indication].regions):
        return "regions", f"{row.indication} is not treated in all of these regions."
    return None


def _scale(row: Any, pack: Pack) -> Wrong:
    if row.score_min_points >= row.score_max_points:
        return "score_min_points", "is not below the highest score."
    if (row.detectable_change_points is None) != (row.detectable_basis is None):
        return "detectable_basis", "a smallest change says where it comes from."
    for anchor in row.anchors:
        value, colon, _meaning = anchor.partition(": ")
        if not colon or not row.score_min_points <= float(value) <= row.score_max_points:
            return "anchors", f"“{anchor}” should read like 2: mild, within the range."
    return None


def _window(row: Any, pack: Pack) -> Wrong:
    return None if row.from_hours < row.to_hours else ("from_hours", "the window ends before it begins.")


def _flag_answer(row: Any, pack: Pack) -> Wrong:
    question = pack.checkin[row.question]
    fits = {
        "yes_no": row.answer in ("yes", "no"),
        "choice": row.answer in question.choices,
        "number": row.answer.startswith(("at least ", "at most ")) and row.answer.split()[-1].isdigit(),
    }[question.type]
    return None if fits else ("answer", f"“{row.answer}” cannot be answered to {question.code}.")


def _anaesthetic(row: Any, pack: Pack) -> Wrong:
    if row.licence == "licensed" and row.max_g is None and not row.clinic_sets_max:
        return "max_g", "a licensed product has a ceiling in grams, or the clinic sets one."
    if row.licence == "unlicensed" and row.override_by == "none":
        return "override_by", "an unlicensed product needs a prescriber's order."
    return None


def _condition(row: Any, pack: Pack) -> Wrong:
    if (row.effect == "caps minutes") != (row.max_minutes is not None):
        return "max_minutes", "“caps minutes” says how many, and nothing else does."
    return None
