"""After a treatment: what to do and to leave for how long, how long redness lasts, and which answers are red flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import erf, exp, isfinite, log, sqrt
from typing import Any, Final, Literal, TypeAlias

from needlework.skin import packs
from needlework.skin.answers import Answer, AnswerError
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Aftercare, CheckinQuestion, RedFlag, Region
from needlework.skin.tables import UnknownCodeError
from needlework.skin.units import Hours, Mm

Level: TypeAlias = Literal["self-care", "call-clinic", "same-day", "emergency"]
LEVELS: Final[tuple[Level, ...]] = ("self-care", "call-clinic", "same-day", "emergency")
"""The mildest first."""


EMERGENCY_NUMBERS: Final[Mapping[packs.Jurisdiction, str]] = {"gb": "999", "us": "911", "eu": "112"}


# --- windows after a treatment ---


@dataclass(frozen=True, slots=True)
class Window:
    """Advice between two moments, in the time zone in which the end of the treatment was given."""

    code: str
    topic: str
    kind: Literal["expect", "do", "avoid"]
    starts_at: datetime
    ends_at: datetime
    advice_patient: str
    because: str
    authority: str
    status: str
    source: tuple[str, ...]


def aftercare(
    *, ended_at: datetime, needle_mm: Mm, regions: Sequence[Region] = ("face",), pack: Pack | None = None
) -> tuple[Window, ...]:
    """The windows that follow a treatment, by when they end.

    `ended_at` is when the needles stopped; it must carry its time zone. Windows are spans of real hours, so they keep
    their length when the clocks change. Raises `ValueError` without a time zone or for an impossible length.
    """
    if ended_at.tzinfo is None:
        raise ValueError("ended_at: give the end of the treatment with its time zone.")
    if not isfinite(needle_mm) or not 0 < needle_mm <= 5:
        raise ValueError(f"needle_mm: {needle_mm:g} is outside 0 to 5 mm.")
    rows = [
        row
        for row in (pack or packs.shipped()).aftercare.values()
        if row.needle_mm_over < needle_mm <= row.needle_mm_to and not set(row.regions).isdisjoint(regions)
    ]
    return tuple(sorted((_window(row, ended_at) for row in rows), key=lambda each: (each.ends_at, each.code)))


def _window(row: Aftercare, ended_at: datetime) -> Window:
    return Window(
        code=row.code,
        topic=row.topic,
        kind=row.kind,
        starts_at=_later(ended_at, row.from_hours),
        ends_at=_later(ended_at, row.to_hours),
        advice_patient=row.advice_patient,
        because=row.because,
        authority=row.authority,
        status=row.status,
        source=row.source,
    )


def _later(moment: datetime, hours: Hours) -> datetime:
    """So many real hours later: counted in universal time, shown in the zone of the moment."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(moment.tzinfo)


# --- redness ---

GROUPS: Final = ((0.5, 12.0, 2.5), (1.5, 36.0, 2.0), (2.5, 60.0, 2.0), (5.0, 120.0, 1.6))
"""Needle up to [mm], median time until the redness has gone [h], and its spread between people as a factor."""

PRIOR_SPREAD: Final = 2.0
"""By which factor the median itself may be off, before a clinic has records of its own."""


@dataclass(frozen=True, slots=True)
class ClearedBetween:
    """One recorded recovery: still red at `from_hours`, clear at `to_hours`. None for “still red when last seen”."""

    from_hours: Hours
    to_hours: Hours | None


@dataclass(frozen=True, slots=True)
class Redness:
    """When redness has gone [h]: in half of people, and in nine of ten. A weak prior until `recoveries` are many.

    `half_by_range_hours` is where the half may really lie, as far as is known (90 %).
    """

    half_by_hours: Hours
    half_by_range_hours: tuple[Hours, Hours]
    nine_of_ten_by_hours: Hours
    recoveries: int
    sentence: str
    source: tuple[str, ...]


def redness(needle_mm: Mm, recoveries: Sequence[ClearedBetween] = ()) -> Redness:
    """How long redness lasts after needles of this length, given the clinic's own recoveries with such needles.

    A lognormal time for each group of lengths; its median is learnt from the records (with interval censoring). The
    spread between people is kept. No law of depth and density is claimed. Medians and spreads are working assumptions
    read from durations in the sources. Raises `ValueError` for an impossible length or record.
    """
    if not isfinite(needle_mm) or not 0 < needle_mm <= 5:
        raise ValueError(f"needle_mm: {needle_mm:g} is outside 0 to 5 mm.")
    median, spread = next((median, spread) for up_to, median, spread in GROUPS if needle_mm <= up_to)
    mean, variance = _learnt(log(median), log(PRIOR_SPREAD) ** 2, log(spread), recoveries)
    half = exp(mean)
    nine_of_ten = exp(mean + 1.2815515655446004 * log(spread))
    off = 1.6448536269514722 * sqrt(variance)
    return Redness(
        half_by_hours=half,
        half_by_range_hours=(exp(mean - off), exp(mean + off)),
        nine_of_ten_by_hours=nine_of_ten,
        recoveries=len(recoveries),
        sentence=f"Half of people are clear by {_span_of(half)}, nine of ten by {_span_of(nine_of_ten)}.",
        source=("hk-2018", "striae-rct-2019", "chu-2021", "needlework-assumption"),
    )


def _learnt(
    mean: float, variance: float, spread: float, recoveries: Sequence[ClearedBetween]
) -> tuple[float, float]:
    """Mean and variance of the log median after the records: on a grid, as censoring has no closed form."""
    for seen in recoveries:
        if seen.from_hours < 0 or (seen.to_hours is not None and seen.to_hours <= 0):
            raise ValueError(
                "recoveries: hours are counted from the end of the treatment and are not negative."
            )
        if seen.to_hours is not None and seen.to_hours < seen.from_hours:
            raise ValueError(f"recoveries: clear at {seen.to_hours:g} h but red at {seen.from_hours:g} h.")
    if not recoveries:
        return mean, variance
    width = sqrt(variance)
    grid = [mean + width * (step - 400) / 80 for step in range(801)]
    logs = [
        -((mu - mean) ** 2) / (2 * variance) + sum(_log_likelihood(seen, mu, spread) for seen in recoveries)
        for mu in grid
    ]
    top = max(logs)
    weights = [exp(each - top) for each in logs]
    total = sum(weights)
    learnt = sum(mu * weight for mu, weight in zip(grid, weights, strict=True)) / total
    left = sum((mu - learnt) ** 2 * weight for mu, weight in zip(grid, weights, strict=True)) / total
    return learnt, left


def _log_likelihood(seen: ClearedBetween, mu: float, spread: float) -> float:
    if seen.to_hours is not None and seen.to_hours == seen.from_hours:
        return -((log(seen.to_hours) - mu) ** 2) / (2 * spread**2)
    before = _cleared_by(seen.from_hours, mu, spread)
    after = 1.0 if seen.to_hours is None else _cleared_by(seen.to_hours, mu, spread)
    return log(max(after - before, 1e-12))


def _cleared_by(hours: Hours, mu: float, spread: float) -> float:
    return 0.5 * (1 + erf((log(hours) - mu) / (spread * sqrt(2)))) if hours > 0 else 0.0


def _span_of(hours: Hours) -> str:
    return f"{hours:.0f} hours" if hours < 48 else f"{round(hours / 24)} days"


# --- check-ins ---


@dataclass(frozen=True, slots=True)
class Triage:
    """What a check-in means: the gravest level, every flag behind it (gravest first), and who does what."""

    pack: str
    level: Level
    flags: tuple[RedFlag, ...]
    unanswered: tuple[str, ...]
    advice_patient: str
    advice_staff: str


def checkin_questions(hours_since: Hours, pack: Pack | None = None) -> tuple[CheckinQuestion, ...]:
    """What to ask so many hours after a treatment, the most urgent first."""
    rows = (pack or packs.shipped()).checkin.values()
    return tuple(row for row in rows if row.from_hours <= hours_since <= row.to_hours)


def triage(answers: Mapping[str, Answer], *, hours_since: Hours, pack: Pack | None = None) -> Triage:
    """The red flags in a check-in, so many hours after the end of the treatment.

    An answer nobody foresaw at that time, “don't know”, and a question left open never reassure: they mean a call.
    Raises `UnknownCodeError` for a strange question, `AnswerError` for an answer that cannot be right.
    """
    pack = pack or packs.shipped()
    if not isfinite(hours_since) or hours_since < 0:
        raise AnswerError("hours_since", f"{hours_since:g} is before the treatment ended.")
    for code in answers:
        if code not in pack.checkin:
            raise UnknownCodeError("check-in question", code, pack.checkin)
    flags: list[RedFlag] = []
    unclear: list[str] = []
    for code, answer in answers.items():
        found = _flags(pack.checkin[code], answer, hours_since, pack)
        flags += found or ()
        if found is None:
            unclear.append(code)
    missing = [row.code for row in checkin_questions(hours_since, pack) if row.code not in answers]
    unanswered = tuple(dict.fromkeys((*unclear, *missing)))
    flags.sort(key=lambda flag: -LEVELS.index(flag.level))
    level: Level = flags[0].level if flags else "self-care"
    if unanswered and level == "self-care":
        level = "call-clinic"
    return Triage(
        pack=pack.id,
        level=level,
        flags=tuple(flags),
        unanswered=unanswered,
        advice_patient=_here(_for_patient(level, flags), pack),
        advice_staff=_here(_for_staff(flags, unanswered, pack), pack),
    )


def _flags(question: CheckinQuestion, answer: Answer, hours_since: Hours, pack: Pack) -> list[RedFlag] | None:
    """The flags an answer raises, or None when it settles nothing."""
    given = _given(question, answer)
    if given is None:
        return None
    if given == "no":
        return []
    rows = [row for row in pack.red_flags.values() if row.question == question.code]
    fits = [row for row in rows if _says(row, given)]
    timely = [row for row in fits if row.from_hours <= hours_since < row.to_hours]
    # Outside every window the gravest reading holds: a fit on the fifth day is still a fit.
    return timely or sorted(fits, key=lambda row: -LEVELS.index(row.level))[:1] or None


def _given(question: CheckinQuestion, answer: Answer) -> str | float | None:
    if question.type == "number":
        if answer.value is None:
            return None
        low, high = question.number_min or 0, question.number_max or 0
        if not low <= answer.value <= high:
            raise AnswerError(question.code, f"{answer.value:g} is outside {low} to {high}.")
        return answer.value
    if question.type == "choice":
        if answer.choice is not None and answer.choice not in question.choices:
            raise AnswerError(
                question.code, f"“{answer.choice[:80]}” is not one of {', '.join(question.choices)}."
            )
        return answer.choice
    return None if answer.answer == "unknown" else answer.answer


def _says(row: RedFlag, given: str | float) -> bool:
    if isinstance(given, str):
        return row.answer == given
    bound, limit = row.answer.rsplit(" ", 1)
    return given >= float(limit) if bound == "at least" else given <= float(limit)


def _for_patient(level: Level, flags: Sequence[RedFlag]) -> str:
    """The advice of the gravest level alone: what is urgent must not drown in what is not."""
    said = dict.fromkeys(flag.advice_patient for flag in flags if flag.level == level)
    if said:
        return " ".join(said)
    if level == "self-care":
        return "All is as expected. Keep to the advice we gave you."
    return "Some answers are open. Please call the clinic today, so that we can be sure."


def _for_staff(flags: Sequence[RedFlag], unanswered: Sequence[str], pack: Pack) -> str:
    said = [
        f"{flag.advice_staff} May be: {flag.may_be}. Record: {flag.record}."
        for flag in flags
        if flag.level != "self-care"
    ]
    if unanswered:
        said.append(f"Open: {', '.join(pack.checkin[code].text_staff for code in unanswered)}.")
    return " ".join(said) or "Nothing beyond the expected."


def _here(advice: str, pack: Pack) -> str:
    """The emergency number of the country: the tables are written with the British one."""
    return advice.replace("999", EMERGENCY_NUMBERS[pack.jurisdiction])


def triage_json(result: Triage) -> dict[str, Any]:
    """The triage as one JSON object."""
    return {
        "pack": result.pack,
        "level": result.level,
        "flags": [
            {"flag": flag.code, "level": flag.level, "source": list(flag.source)} for flag in result.flags
        ],
        "unanswered": list(result.unanswered),
        "advice_patient": result.advice_patient,
        "advice_staff": result.advice_staff,
    }
