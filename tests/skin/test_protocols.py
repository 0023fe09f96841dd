"""What is proposed for a concern, and what stands against a plan."""

import dataclasses

import pytest

from needlework.skin import devices, packs, protocols
from needlework.skin.protocols import NoProtocolError, PlanError, check_plan, check_topical, propose
from needlework.skin.tables import UnknownCodeError

PACK = packs.shipped()
FREE = dataclasses.replace(devices.get("skinpen-precision"), needle_mm_min=0.0, needle_mm_max=5.0)
"""A pen whose label forbids nothing, to see the other bounds alone."""


def rules(check: protocols.PlanCheck) -> list[tuple[str, str]]:
    return [(finding.rule, finding.verdict) for finding in check.findings]


def test_acne_scars_on_a_cheek_are_proposed_as_the_sources_describe() -> None:
    proposal = propose("atrophic-acne-scars", "cheek-left")
    first = proposal.first
    assert (first.needle_mm, first.treatments, first.interval_weeks) == ((0.5, 1.5), (3, 6), (4, 8))
    assert first.density_per_cm2_max == 250
    assert "dermaroller-mf-8" in first.devices
    assert not proposal.first.thin_evidence


def test_small_deep_scars_are_proposed_for_the_stamp() -> None:
    stamp = propose("atrophic-acne-scars", "cheek-left").options[1]
    assert stamp.device_kinds == ("stamp",)
    assert "derma-stamp" in stamp.devices
    assert stamp.thin_evidence


@pytest.mark.parametrize("indication", PACK.indications)
def test_every_indication_has_a_proposal_wherever_it_is_treated(indication: str) -> None:
    row = PACK.indications[indication]
    for area in PACK.areas.values():
        fits = area.region in row.regions and (not row.units or area.unit in row.units)
        if fits and not area.inside_orbital_rim:
            proposal = propose(indication, area.code)
            assert proposal.options
            assert proposal.expectation.indication == indication
        else:
            with pytest.raises(NoProtocolError):
                propose(indication, area.code)


@pytest.mark.parametrize("protocol", PACK.protocols)
def test_every_device_of_a_proposal_can_reach_the_proposed_length(protocol: str) -> None:
    row = PACK.protocols[protocol]
    area = {"face": "cheek-left", "scalp": "scalp", "body": "abdomen"}[row.regions[0]]
    option = next(each for each in propose(row.indication, area).options if each.protocol == protocol)
    assert option.devices
    for code in option.devices:
        device = devices.get(code)
        assert device.kind in option.device_kinds
        assert device.setting == "medical"
        if option.needle_mm and device.needle_mm_min is not None and device.needle_mm_max is not None:
            assert device.needle_mm_min <= option.needle_mm[1]
            assert device.needle_mm_max >= option.needle_mm[0]


def test_dark_skin_is_proposed_shorter_needles_and_longer_intervals() -> None:
    light, dark = (propose("atrophic-acne-scars", "cheek-left", kind) for kind in (2, 5))
    assert (light.first.needle_mm, dark.first.needle_mm) == ((0.5, 1.5), (0.5, 1.0))
    assert (light.first.interval_weeks, dark.first.interval_weeks) == ((4, 8), (6, 8))
    assert [finding.rule for finding in dark.cautions] == ["dark-skin-depth"]
    assert light.cautions == ()


def test_thin_evidence_is_said() -> None:
    assert propose("cellulite", "thigh-left").expectation.grade == "none"
    assert propose("cellulite", "thigh-left").first.needle_mm is None
    assert propose("striae", "abdomen").first.thin_evidence


def test_what_must_not_go_under_needles_is_listed() -> None:
    never = {topical.code for topical in propose("photoageing", "nose").not_under_needles}
    assert {"vitamin-c-serum", "retinoid", "anaesthetic-cream", "minoxidil-later"} <= never


def test_hair_is_proposed_with_minoxidil_that_waits() -> None:
    (minoxidil,) = propose("hair-loss", "scalp").first.goes_with
    assert (minoxidil.under_needles, minoxidil.wait_after_hours) == ("no", 24)


@pytest.mark.parametrize(
    ("indication", "area", "wrong"),
    [
        ("hair-loss", "nose", "no protocol for pattern hair loss here .* Known: scalp"),
        ("cellulite", "back", "Known: thigh, buttock"),
        ("fine-lines", "periorbital-left", "inside the bony rim"),
    ],
)
def test_a_concern_in_the_wrong_place_is_refused_and_says_where(
    indication: str, area: str, wrong: str
) -> None:
    with pytest.raises(NoProtocolError, match=wrong):
        propose(indication, area)


def test_strange_codes_list_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="atrophic-acne-scars"):
        propose("acne-scars", "nose")
    with pytest.raises(UnknownCodeError, match="cheek-left"):
        propose("pores", "left-cheek")
    with pytest.raises(UnknownCodeError, match="dermaroller-mf-8"):
        check_plan("nose", "dermaroller-mf8", 1.5, 8)


def test_a_plan_within_everything_is_clear() -> None:
    check = check_plan("cheek-left", "dermaroller-mf-8", 1.5, 8, "atrophic-acne-scars")
    assert (check.findings, check.verdict) == ((), "clear")


@pytest.mark.parametrize("area", [area.code for area in PACK.areas.values() if area.inside_orbital_rim])
def test_nothing_is_needled_inside_the_orbital_rim(area: str) -> None:
    """CI099, ZN057: refused for every device, length and indication, and nobody may override it."""
    for device in devices.all():
        for length in (0.2, 1.5):
            check = check_plan(area, device, length, 1, "fine-lines")
            assert check.verdict == "refuse"
            assert ("orbital-rim", "refuse") in rules(check)
    assert PACK.bounds["orbital-rim"].override_by == "none"
    assert "CI099" in PACK.bounds["orbital-rim"].research


def test_a_length_outside_the_label_is_refused() -> None:
    for length in (0.5, 2.0):
        assert ("above-label", "refuse") in rules(check_plan("abdomen", "dermaroller-mf-8", length, 8))
    check = check_plan("abdomen", "dermaroller-mf-8", 2.0, 8)
    assert "is made for 1.5 mm" in check.findings[0].because


@pytest.mark.parametrize(("length", "refused"), [(3.0, False), (3.01, True)])
def test_more_than_three_millimetres_is_refused_anywhere(length: float, refused: bool) -> None:
    check = check_plan("abdomen", FREE, length, 8)
    assert (("above-three-mm", "refuse") in rules(check)) == refused


@pytest.mark.parametrize(("length", "care"), [(1.5, False), (1.51, True)])
def test_more_than_one_and_a_half_millimetres_on_the_face_takes_care(length: float, care: bool) -> None:
    """CI100, ZN055: safety above 1.5 mm was not evaluated."""
    assert (("face-above-1-5-mm", "care") in rules(check_plan("chin", FREE, length, 8))) == care
    assert ("face-above-1-5-mm", "care") not in rules(check_plan("back", FREE, length, 8))
    assert "CI100" in PACK.bounds["face-above-1-5-mm"].research


@pytest.mark.parametrize(
    ("length", "passes", "found"),
    [
        (1.0, 8, []),
        (0.4, 8, ["outside-protocol-length"]),
        (1.0, 16, ["outside-protocol-passes"]),
        (1.0, 3, ["outside-protocol-passes"]),
        (0.4, 3, ["outside-protocol-length", "outside-protocol-passes"]),
    ],
)
def test_outside_the_protocol_takes_care(length: float, passes: int, found: list[str]) -> None:
    check = check_plan("cheek-left", FREE, length, passes, "atrophic-acne-scars")
    assert rules(check) == [(code, "care") for code in found]


def test_another_kind_of_device_than_proposed_takes_care() -> None:
    check = check_plan("abdomen", "derma-stamp", 1.5, 8, "striae")
    assert ("device-for-indication", "care") in rules(check)
    assert "roller or pen" in check.findings[0].because


def test_an_indication_that_is_not_treated_there_takes_care() -> None:
    check = check_plan("back", FREE, 1.0, 8, "hair-loss")
    assert rules(check) == [("no-length-known", "care")]


@pytest.mark.parametrize(
    ("skin_type", "length", "care"), [(4, 1.5, False), (5, 1.0, False), (5, 1.5, True), (6, 1.1, True)]
)
def test_dark_skin_takes_care_in_the_longer_half_of_the_range(
    skin_type: int, length: float, care: bool
) -> None:
    check = check_plan("cheek-left", FREE, length, 8, "atrophic-acne-scars", skin_type=skin_type)
    assert (rules(check) == [("dark-skin-depth", "care")]) == care
    assert (check.verdict == "care") == care


def test_dark_skin_without_an_indication_takes_care_above_one_millimetre() -> None:
    assert rules(check_plan("nose", FREE, 1.0, 8, skin_type=6)) == []
    assert rules(check_plan("nose", FREE, 1.1, 8, skin_type=6)) == [("dark-skin-depth", "care")]


def test_lay_charts_are_notes_and_stop_nothing() -> None:
    """ZN045 to ZN054, ZN058 to ZN060."""
    check = check_plan("forehead", "dermaroller-mf-8", 1.5, 8, "atrophic-acne-scars")
    assert check.verdict == "clear"
    assert any("lay chart gives 0.5 mm" in note for note in check.notes)


def test_a_needle_longer_than_the_skin_is_noted_without_naming_a_depth() -> None:
    notes = " ".join(check_plan("forehead", "dermaroller-mf-8", 1.5, 8, sex="f").notes)
    assert "1.06 mm" in notes
    assert "may pass the dermis" in notes
    assert "1.39 mm" in " ".join(check_plan("forehead", "dermaroller-mf-8", 1.5, 8, sex="m").notes)


def test_an_unknown_label_is_noted() -> None:
    assert devices.get("derma-stamp").needle_mm_max is None
    assert any("Read it off the packet" in note for note in check_plan("nose", "derma-stamp", 1.0, 5).notes)


@pytest.mark.parametrize(
    ("length", "passes", "skin_type", "field"),
    [
        (1500, 8, 2, "needle_mm"),
        (0, 8, 2, "needle_mm"),
        (-1, 8, 2, "needle_mm"),
        (float("nan"), 8, 2, "needle_mm"),
        (1.5, 0, 2, "passes"),
        (1.5, 61, 2, "passes"),
        (1.5, 8, 7, "skin_type"),
        (1.5, 8, 0, "skin_type"),
    ],
)
def test_a_figure_that_no_plan_can_have_names_its_field_and_range(
    length: float, passes: int, skin_type: int, field: str
) -> None:
    with pytest.raises(PlanError, match=field) as caught:
        check_plan("nose", FREE, length, passes, skin_type=skin_type)
    assert caught.value.field == field


@pytest.mark.parametrize("code", PACK.topicals)
def test_what_may_lie_under_the_needles_is_what_the_table_says(code: str) -> None:
    """CI111: record product and batch; only what is intended for broken skin."""
    finding = check_topical(code)
    wanted = {"yes": None, "prescriber": "care", "no": "refuse"}[PACK.topicals[code].under_needles]
    assert (finding.verdict if finding else None) == wanted
    assert "CI111" in PACK.topicals["sterile-hyaluronic-acid"].research


def test_a_longer_needle_is_never_less_of_a_finding() -> None:
    gravity = {"clear": 0, "care": 1, "refuse": 2}
    for area in ("cheek-left", "abdomen"):
        lengths = [step / 20 for step in range(10, 100)]
        given = [
            gravity[check_plan(area, FREE, length, 8, "surgical-scars").verdict]
            for length in lengths
            if length >= 1
        ]
        assert given == sorted(given)


def test_proposal_and_check_are_json_objects() -> None:
    said = protocols.proposal_json(propose("hair-loss", "scalp", 5))
    assert said["options"][0]["needle_mm"] == [0.5, 1.0]
    assert said["expectation"]["grade"] == "low"
    assert said["cautions"][0]["rule"] == "dark-skin-depth"
    said = protocols.plan_json(check_plan("periorbital-left", "dermaroller-mf-8", 1.5, 8))
    assert said["verdict"] == "refuse"
    assert said["findings"][0]["areas"] == ["periorbital-left"]
