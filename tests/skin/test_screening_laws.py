"""What holds for every history: no stop passes, a yes never helps, the same is judged the same."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.skin import packs, screening, tables
from needlework.skin.screening import NO, Answer, Override, Screening, screen
from tests.factories import histories, slow_screening
from tests.factories.histories import FACE, ON

PACK = packs.shipped()
READ_AGAIN = packs.load(tables.DATA)
QUESTIONS = screening.questions()
GRAVITY = {verdict: place for place, verdict in enumerate(screening.VERDICTS)}
YES_NO = [question.code for question in QUESTIONS if question.type in ("yes_no", "practitioner")]
MANY = settings(max_examples=2000, deadline=None)

seeds = st.integers(0, 2**32)
calm = st.sampled_from([0.0, 0.5, 0.9, 0.97])
places = st.sampled_from([(), FACE, ("abdomen",), ("nose", "scalp", "thigh-left")])


def judged(result: Screening) -> tuple[list[slow_screening.Found], list[str], str, dict[str, str]]:
    found: list[slow_screening.Found] = [
        (each.rule, each.verdict, each.until, each.areas) for each in result.findings
    ]
    by_area: dict[str, str] = dict(result.by_area.items())
    return found, list(result.unanswered), result.verdict, by_area


@MANY
@given(seed=seeds, share=calm, areas=places)
def test_no_history_is_treatable_with_an_open_stop(seed: int, share: float, areas: tuple[str, ...]) -> None:
    answers = histories.any_history(random.Random(seed), QUESTIONS, calm=share)
    result = screen(answers, on=ON, areas=areas)
    if result.treatable:
        assert result.stops == ()
        open_stops = [
            question.code
            for question in screening.shown(answers, areas=areas)
            if answers.get(question.code, Answer()).answer in (None, "unknown")
            and question.type in ("yes_no", "practitioner")
            and any(
                r.verdict != "care" and r.scope != "anaesthetic" for r in screening.rules_of(question.code)
            )
        ]
        assert open_stops == []


@MANY
@given(seed=seeds, share=calm, areas=places, question=st.sampled_from(YES_NO))
def test_a_yes_never_makes_a_patient_more_treatable(
    seed: int, share: float, areas: tuple[str, ...], question: str
) -> None:
    answers = histories.any_history(random.Random(seed), QUESTIONS, calm=share)
    answers[question] = NO
    before = screen(answers, on=ON, areas=areas)
    after = screen(histories.with_yes(answers, question), on=ON, areas=areas)
    assert GRAVITY[after.verdict] <= GRAVITY[before.verdict]
    assert all(GRAVITY[after.by_area[area]] <= GRAVITY[before.by_area[area]] for area in before.by_area)


@settings(max_examples=500, deadline=None)
@given(seed=seeds, share=calm, areas=places, data=st.data())
def test_the_fast_screening_judges_like_the_plain_one(
    seed: int, share: float, areas: tuple[str, ...], data: st.DataObject
) -> None:
    answers = histories.any_history(random.Random(seed), QUESTIONS, calm=share)
    pack = data.draw(st.sampled_from(PACKS))
    stops = [rule for rule in pack.rules.values() if rule.override_by != "none"]
    overridden = data.draw(st.lists(st.sampled_from(stops), max_size=4, unique_by=lambda rule: rule.code))
    overrides = {rule.code: Override(rule.override_by, "Agreed.") for rule in overridden}  # type: ignore[arg-type]
    fast = screen(answers, on=ON, areas=areas, pack=pack, overrides=overrides)
    plain = slow_screening.screen(answers, on=ON, areas=areas, pack=pack, overrides=overrides)
    assert judged(fast) == plain


PACKS = [PACK, PACK.tailored(jurisdiction="us", signed=["product-reaction", "tranexamic-thrombosis"])]


@settings(deadline=None)
@given(seed=seeds, areas=places)
def test_the_same_answers_and_pack_always_give_the_same_findings(seed: int, areas: tuple[str, ...]) -> None:
    answers = histories.any_history(random.Random(seed), QUESTIONS)
    again = dict(reversed(answers.items()))
    assert screen(answers, on=ON, areas=areas) == screen(again, on=ON, areas=areas, pack=READ_AGAIN)


@settings(deadline=None)
@given(seed=seeds)
def test_one_more_area_never_makes_the_whole_more_treatable(seed: int) -> None:
    answers = histories.any_history(random.Random(seed), QUESTIONS, calm=0.9)
    fewer = screen(answers, on=ON, areas=FACE[:1])
    more = screen(answers, on=ON, areas=FACE)
    assert GRAVITY[more.verdict] <= GRAVITY[fewer.verdict]
