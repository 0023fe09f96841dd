"""The catalogue of devices."""

import dataclasses

import pytest

from needlework.skin import devices, tables
from needlework.skin.devices import Device, GeometryUnknownError, MeasureError


def test_every_device_is_found_by_its_code() -> None:
    assert len(devices.all()) >= 25
    assert all(devices.get(device.code) is device for device in devices.all())


@pytest.mark.parametrize(
    "code", ["dermaroller-mf-8", "dermaroller-ms-4", "dermaroller-cit-8", "derma-stamp", "skinpen-precision"]
)
def test_the_devices_a_clinic_asks_for_are_there(code: str) -> None:
    assert devices.get(code).code == code


def test_an_unknown_code_names_the_nearest_ones() -> None:
    with pytest.raises(tables.UnknownCodeError, match="dermaroller-mf-8"):
        devices.get("Dermaroller MF8")


def test_the_standard_roller_is_as_schwarz_and_laaff_measured_it() -> None:
    roller = devices.get("dermaroller-mf-8")
    assert (roller.needles, roller.rows, roller.needles_per_row) == (192, 8, 24)
    assert (roller.width_mm, roller.drum_diameter_mm, roller.needle_mm_max) == (20, 20, 1.5)
    assert roller.needle_diameter_mm == 0.25
    assert "dev-schwarz-2011" in roller.source


def test_the_stamp_is_marked_as_an_assumption_and_can_be_edited() -> None:
    stamp = devices.get("derma-stamp")
    assert (stamp.needles, stamp.head_mm, stamp.needle_mm_max) == (10, 8, None)
    assert stamp.assumes("needles")
    assert stamp.assumes("head_mm")
    read = stamp.as_labelled(needles=12, needle_mm_max=1.5)
    assert (read.needles, read.needle_mm_max, read.head_mm) == (12, 1.5, 8)
    assert not read.assumes("needles")
    assert read.assumes("head_mm")


def test_what_no_source_states_stays_unknown() -> None:
    pen = devices.get("dr-pen")
    assert pen.needles is None
    assert pen.needle_mm_max is None
    with pytest.raises(
        GeometryUnknownError, match=r"number of needles of Dr\.pen Microneedling System is not known"
    ):
        pen.known("needles")


def test_every_part_that_bears_needles_is_for_one_use() -> None:
    for device in devices.all():
        assert device.single_use
        assert device.unit_is == ("cartridge" if device.kind == "pen" else "device")


def test_a_figure_no_such_device_can_have_is_refused_with_the_range() -> None:
    with pytest.raises(MeasureError, match="lies between 1 and 50"):
        devices.get("derma-stamp").as_labelled(head_mm=0)
    with pytest.raises(MeasureError, match="no figure called “colour”"):
        devices.get("derma-stamp").as_labelled(colour=1)


def test_figures_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(MeasureError, match="8 rings of 24 are not the 100 needles"):
        devices.get("dermaroller-mf-8").as_labelled(needles=100)
    with pytest.raises(MeasureError, match="shortest needle"):
        devices.get("dermaroller-mf-8").as_labelled(needle_mm_max=1.0)
    with pytest.raises(MeasureError, match="lowest stroke rate"):
        devices.get("exceed").as_labelled(frequency_hz_max=90)


def test_an_assumption_is_only_made_about_a_figure_that_is_given() -> None:
    for device in devices.all():
        for name in device.assumptions:
            assert getattr(device, name) is not None, (device.code, name)


def test_an_unconfirmed_row_says_so_and_names_what_is_assumed() -> None:
    for device in devices.all():
        if device.status == "unconfirmed":
            assert device.assumptions, device.code


def test_a_device_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        devices.get("exceed").needles = 7  # type: ignore[misc]


def test_a_label_grade_row_rests_on_a_label() -> None:
    for device in devices.all():
        if device.authority == "label":
            assert any("fda" in source or "dermaroller-2017" in source for source in device.source), (
                device.code
            )


def test_rollers_with_a_layout_carry_their_geometry_whole() -> None:
    whole = {"rows", "needles_per_row", "width_mm", "drum_diameter_mm", "row_step_deg"}
    for device in devices.all():
        given = {name for name in whole if getattr(device, name) is not None}
        if device.kind == "roller":
            assert given in (whole, set()), device.code


def test_the_columns_are_the_fields_of_a_device() -> None:
    assert {field.name for field in dataclasses.fields(Device)} >= set(devices.BOUNDS)


def test_a_length_is_checked_against_the_label() -> None:
    exceed = devices.get("exceed")
    assert exceed.check_length(1.5) == 1.5
    assert devices.get("derma-stamp").check_length(2.0) == 2.0
    with pytest.raises(
        MeasureError, match=r"Exceed has needles of 0 to 1\.5 mm: 2 mm cannot be used with it"
    ):
        exceed.check_length(2.0)
    with pytest.raises(MeasureError, match="above 0 and at most 5 mm"):
        exceed.check_length(float("nan"))
