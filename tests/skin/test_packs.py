"""The pack of tables holds together, says who stands behind each row, and can be made stricter but not looser."""

import csv
import json
import re
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from needlework.skin import dosing, healing, packs, recovery, tables
from needlework.skin.packs import (
    FILES,
    CeilingError,
    LooseningError,
    Pack,
    Tightening,
    checks,
    differences,
    snapshots,
)
from needlework.skin.packs.differences import diff
from needlework.skin.tables import TableError, UnknownCodeError

PACK = packs.shipped()


def rows(pack: Pack = PACK) -> Iterator[tuple[str, Any]]:
    for table in FILES:
        yield from ((table, row) for row in getattr(pack, table).values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in ("sources.csv", "pack.toml", *(file for file, _row in FILES.values())):
        shutil.copy(tables.DATA / file, tmp_path / file)
    return tmp_path


def edit(folder: Path, file: str, code: str, **cells: str) -> None:
    """Changes cells of one row, as somebody with a spreadsheet would."""
    with (folder / file).open(encoding="utf-8", newline="") as opened:
        table = list(csv.DictReader(opened))
    (row,) = [row for row in table if row["code"] == code]
    assert cells.keys() <= row.keys()
    row.update(cells)
    write(folder / file, table)


def write(file: Path, table: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def test_the_content_is_that_of_the_last_entry_of_the_change_log() -> None:
    checks.check_release(PACK)


def test_a_changed_row_without_a_new_version_is_found(folder: Path) -> None:
    edit(folder, "rules.csv", "filler", days="7")
    with pytest.raises(TableError, match=r"the rows are not those of 1\.0\.0"):
        checks.check_release(packs.load(folder))


def test_the_content_does_not_depend_on_uncited_sources_or_line_ends(folder: Path) -> None:
    (folder / "sources.csv").write_bytes(
        (folder / "sources.csv").read_bytes() + b"nobody-2020,Nobody cites this,,none,2026-01-01\n"
    )
    tables.sources.cache_clear()
    assert packs.load(folder).content == PACK.content


def test_every_row_names_known_sources() -> None:
    assert [
        row.code for _table, row in rows() if not row.source or not set(row.source) <= PACK.sources.keys()
    ] == []


def test_every_source_that_code_names_is_known() -> None:
    """Functions cite by id too: each id in quotes that looks like one of ours is in the table."""
    cited = {
        *healing.closure(1.0).source,
        *recovery.redness(1.0).source,
        *dosing.MASS_SOURCE,
        *dosing.ASSUMED,
        *healing.interval_weeks("pores", "nose")[1],
    }
    combined = dosing.dose(
        "emla", 1, area_cm2=10, minutes=60, weight_kg=70, age=40, already=[("pliaglis", 1)]
    ).limit("combined")
    assert combined is not None
    assert cited | set(combined.source) <= PACK.sources.keys()


def test_every_refusal_stands_on_a_label_a_guideline_or_a_signature() -> None:
    weak = [
        row.code
        for table, row in rows()
        if table in ("rules", "bounds")
        and row.verdict == "refuse"
        and row.authority not in ("label", "guideline")
        and row.status != "needs sign-off"
    ]
    assert weak == []


def test_no_text_claims_what_the_evidence_does_not_carry() -> None:
    forbidden = re.compile(
        r"(?<!semi-)permanent(?! make-up)|guarantee|\bsafe level|new collagen|% (more )?collagen|painless|cure\b",
        re.I,
    )
    said = [(row.code, text) for _table, row in rows() for text in texts(row) if forbidden.search(text)]
    assert said == []


def test_indications_without_usable_evidence_predict_no_number() -> None:
    silent = [row for row in PACK.indications.values() if row.grade == "none"]
    assert {row.code for row in silent} == {"dull-complexion", "pores", "cellulite"}
    assert not any(re.search(r"\d", row.expectation) for row in silent)


def test_patients_read_short_sentences_without_jargon() -> None:
    jargon = re.compile(r"contraindicat|anticoagul|erythema|prophyla|topical|dermis|lesion|malignan", re.I)
    hard = [
        (row.code, text)
        for _table, row in rows()
        for name, text in named_texts(row)
        if name.endswith("_patient")
        for sentence in re.split(r"(?<=[.?!]) ", text)
        if jargon.search(sentence) or len(sentence.split()) > 26
    ]
    assert hard == []


def test_patients_can_read_it_at_the_age_of_twelve() -> None:
    """Flesch-Kincaid grade (Kincaid 1975), where 7 is the age of twelve; names of medicines and diseases count as long."""
    grades = [
        grade(text)
        for table, row in rows()
        for name, text in named_texts(row)
        if name.endswith("_patient") or (table, name) == ("indications", "expectation")
        if len(text.split()) > 3
    ]
    assert statistics.median(grades) < 5
    assert sum(each > 7 for each in grades) / len(grades) < 0.15


def grade(text: str) -> float:
    sentences = [sentence for sentence in re.split(r"[.?!:]\s*", text) if sentence.strip()]
    words = re.findall(r"[a-z']+", text.lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<!l)e$", "", word)))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def texts(row: Any) -> list[str]:
    return [text for _name, text in named_texts(row)]


def named_texts(row: Any) -> list[tuple[str, str]]:
    values = [(field.name, getattr(row, field.name)) for field in fields(row)]
    return [(name, value) for name, value in values if isinstance(value, str)]


BROKEN: list[tuple[str, str, dict[str, str], str]] = [
    ("rules.csv", "filler", {"question": "fillers"}, "column question: .*Did you mean filler?"),
    ("rules.csv", "filler", {"days": ""}, "column days: “within” needs it"),
    ("rules.csv", "pregnancy", {"days": "7"}, "column days: only “within” counts days"),
    ("rules.csv", "pregnancy", {"when": "below", "number": "3"}, "column when: “below” does not fit"),
    ("rules.csv", "skin-type-dark", {"choices": "7"}, "column choices: “choice” needs it"),
    ("rules.csv", "pregnancy", {"scope": "area"}, "column scope: .* does not ask for areas"),
    (
        "rules.csv",
        "pregnancy-anaesthetic",
        {"condition": ""},
        "column condition: a rule about the anaesthetic",
    ),
    (
        "rules.csv",
        "filler",
        {"verdict": "refuse"},
        "column authority: a refusal on the authority of a clinic leaflet",
    ),
    ("rules.csv", "filler", {"override_by": "none"}, "column override_by: a wait on the authority"),
    (
        "questions.csv",
        "diabetes-uncontrolled",
        {"shown_when": "diabetes"},
        "column shown_when: .*should read like",
    ),
    ("questions.csv", "rosacea", {"shown_when": "region=foot"}, "column shown_when: “foot” is not a region"),
    (
        "questions.csv",
        "isotretinoin-now",
        {"shown_when": "nobody=yes"},
        "column shown_when: .*cannot be given",
    ),
    ("questions.csv", "age", {"number_min": ""}, "column number_min: a number has a lowest"),
    ("questions.csv", "skin-type", {"choices": ""}, "column choices: a choice has choices"),
    (
        "protocols.csv",
        "acne-scars-face",
        {"needle_mm_min": ""},
        "column needle_mm_min: a range has both ends",
    ),
    ("protocols.csv", "acne-scars-face", {"needle_mm_min": "2"}, "column needle_mm_min: 2 is more than 1.5"),
    ("protocols.csv", "acne-scars-face", {"regions": "scalp"}, "column regions: .*not treated in all"),
    ("protocols.csv", "acne-scars-face", {"goes_with": "honey"}, "column goes_with: There is no topical"),
    ("scales.csv", "gais", {"score_min_points": "5"}, "column score_min_points: is not below"),
    ("scales.csv", "gais", {"anchors": "9: off the scale"}, "column anchors: .*within the range"),
    ("scales.csv", "gais", {"detectable_basis": ""}, "column detectable_basis: a smallest change says"),
    ("aftercare.csv", "sun", {"to_hours": "0"}, "column from_hours: the window ends before it begins"),
    ("red_flags.csv", "redness-none", {"answer": "purple"}, "column answer: .*cannot be answered"),
    ("anaesthetics.csv", "emla", {"max_g": ""}, "column max_g: a licensed product has a ceiling"),
    (
        "anaesthetics.csv",
        "compounded-30",
        {"override_by": "none"},
        "column override_by: an unlicensed product",
    ),
    ("conditions.csv", "atopic-dermatitis", {"max_minutes": ""}, "column max_minutes: “caps minutes”"),
    (
        "bounds.csv",
        "above-three-mm",
        {"authority": "lay"},
        "column authority: a refusal on the authority of a lay",
    ),
    ("alternatives.csv", "CI003", {"rules": "nothing"}, "column rules: There is no rule"),
]


@pytest.mark.parametrize(("file", "code", "cells", "wrong"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_table_that_does_not_fit_the_others_is_refused(
    folder: Path, file: str, code: str, cells: dict[str, str], wrong: str
) -> None:
    edit(folder, file, code, **cells)
    with pytest.raises(TableError, match=wrong) as caught:
        packs.load(folder)
    assert caught.value.file == file
    assert caught.value.line > 1


def test_a_question_without_a_rule_is_refused(folder: Path) -> None:
    edit(folder, "rules.csv", "piercing", question="tattoo")
    with pytest.raises(TableError, match="no rule uses this question"):
        packs.load(folder)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("", "the last change is not of version"),
        ('version = "2.0.0"\n', "the last change is not of version"),
        ("version = ", "is not TOML"),
        (
            'version = "1"\n[[changes]]\nversion = "1"\nreleased_on = "soon"\ncontent = ""\nwhat = []\n',
            "“soon” is not a date",
        ),
    ],
)
def test_a_change_log_that_cannot_be_read_is_refused(folder: Path, said: str, wrong: str) -> None:
    (folder / "pack.toml").write_text(said, encoding="utf-8")
    with pytest.raises(TableError, match=wrong):
        packs.load(folder)


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"pack\.toml.*no such file"):
        packs.load(tmp_path)


def test_an_unsigned_row_only_informs_and_a_signed_one_acts() -> None:
    rule = PACK.rules["product-reaction"]
    assert rule.status == "needs sign-off"
    before, after = PACK.rule_in_force(rule), PACK.tailored(signed=["product-reaction"]).rule_in_force(rule)
    assert before is not None
    assert after is not None
    assert (before.verdict, after.verdict) == ("care", "refuse")


def test_a_rule_of_another_country_does_not_act_here() -> None:
    rule = PACK.rules["under-22-us"]
    assert PACK.rule_in_force(rule) is None
    assert PACK.tailored(jurisdiction="us").rule_in_force(rule) is not None


def test_a_medical_lead_may_make_a_rule_stricter() -> None:
    stricter = Tightening(verdict="refuse", override_by="none", days=180)
    rule = PACK.tailored(tightened={"filler": stricter}).rule_in_force(PACK.rules["filler"])
    assert rule is not None
    assert (rule.verdict, rule.override_by, rule.days) == ("refuse", "none", 180)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("pregnancy", Tightening(verdict="wait")),
        ("pregnancy", Tightening(override_by="prescriber")),
        ("filler", Tightening(days=7)),
        ("pregnancy", Tightening(days=7)),
    ],
)
def test_nobody_may_make_a_rule_looser(code: str, change: Tightening) -> None:
    with pytest.raises(LooseningError, match=code):
        PACK.tailored(tightened={code: change})


def test_a_strange_code_cannot_be_signed_or_tightened() -> None:
    with pytest.raises(UnknownCodeError, match="Did you mean filler"):
        PACK.tailored(signed=["fillers"])
    with pytest.raises(UnknownCodeError, match="Did you mean filler"):
        PACK.tailored(tightened={"fillers": Tightening(days=90)})


def test_packs_that_decide_differently_have_different_ids() -> None:
    ids = {
        PACK.id,
        PACK.tailored(jurisdiction="us").id,
        PACK.tailored(signed=["product-reaction"]).id,
        PACK.tailored(tightened={"filler": Tightening(days=90)}).id,
        PACK.tailored(tightened={"filler": Tightening(days=91)}).id,
    }
    assert len(ids) == 5
    assert PACK.tailored(signed=["product-reaction"]).id == PACK.tailored(signed=("product-reaction",)).id


def test_a_difference_is_told_in_words_the_looser_first(folder: Path) -> None:
    edit(folder, "rules.csv", "filler", days="7")
    edit(folder, "rules.csv", "toxin", days="90")
    edit(folder, "topicals.csv", "sunscreen", name="Sun cream")
    edit(folder, "anaesthetics.csv", "emla", max_g="70")
    changes = diff(PACK, packs.load(folder))
    assert [(change.bearing, change.code) for change in changes] == [
        ("looser", "filler"),
        ("looser", "emla"),
        ("stricter", "toxin"),
        ("other", "sunscreen"),
    ]
    assert changes[0].sentence == "rules filler: days was 14, is 7."


def test_a_rule_that_went_is_looser_and_one_that_came_is_stricter(folder: Path) -> None:
    with (folder / "rules.csv").open(encoding="utf-8", newline="") as opened:
        table = [row for row in csv.DictReader(opened) if row["code"] != "radiotherapy-ever"]
    write(folder / "rules.csv", table)
    fewer = packs.load(folder)
    assert [(each.kind, each.bearing) for each in diff(PACK, fewer)] == [("removed", "looser")]
    assert [(each.kind, each.bearing) for each in diff(fewer, PACK)] == [("added", "stricter")]
    assert diff(PACK, PACK) == ()


def test_a_strange_code_lists_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match=r"There is no scale called “pane”\. Did you mean pain"):
        packs.find("pane", PACK.scales, "scale")


def test_a_snapshot_is_the_same_pack_after_a_journey_through_json() -> None:
    kept = json.loads(json.dumps(snapshots.snapshot(PACK)))
    assert differences.diff_tables(snapshots.tables(kept), PACK) == ()


def test_a_snapshot_from_before_a_column_compares_with_it_empty() -> None:
    kept = json.loads(json.dumps(snapshots.snapshot(PACK)))
    for rule in kept["rules"]:
        del rule["override_by"]
    found = differences.diff_tables(snapshots.tables(kept), PACK)
    assert {(each.table, each.bearing) for each in found} == {("rules", "other")}
    assert len(found) == len(PACK.rules)


def test_rows_that_say_the_same_have_the_same_hash() -> None:
    rule = PACK.rules["filler"]
    assert snapshots.row_hash(rule) == snapshots.row_hash(replace(rule))
    assert snapshots.row_hash(rule) != snapshots.row_hash(replace(rule, because="Otherwise."))


def test_a_clinics_own_ceiling_is_part_of_its_pack() -> None:
    own = PACK.tailored(max_g={"lmx4": 20})
    assert own.id != PACK.id
    assert own.tailored(jurisdiction="us").max_g == {"lmx4": 20}
    assert dosing.dose("lmx4", 20, area_cm2=200, minutes=40, weight_kg=70, age=30, pack=own).allowed
    above = dosing.dose("lmx4", 20.5, area_cm2=200, minutes=40, weight_kg=70, age=30, pack=own)
    assert above.refusals == ("LMX4 cream 4 %: 20.5 g of at most 20. The clinic's own ceiling.",)


@pytest.mark.parametrize(("code", "grams"), [("emla", 60.1), ("lmx4", 0), ("lmx4", -1), ("lmx4", 201)])
def test_a_ceiling_that_is_none_is_refused(code: str, grams: float) -> None:
    with pytest.raises((CeilingError, LooseningError)):
        PACK.tailored(max_g={code: grams})


def test_a_rule_with_more_days_says_so_to_staff_and_patients() -> None:
    rule = PACK.tailored(tightened={"filler": Tightening(days=28)}).rule_in_force(PACK.rules["filler"])
    assert rule is not None
    assert "28 days" in rule.because
    assert "28 days" in rule.because_patient
    assert "28 days" in rule.change
