"""The database refuses what nobody may do, through the ORM and in raw SQL, on both databases."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from needlework.clinic import models
from needlework.clinic.audit import Event, record
from needlework.clinic.models import triggers
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> models.Treatment:
    """A treatment with one row in each of its parts, not yet signed."""
    clinic = people.clinic()
    practitioner = people.staff(clinic)
    patient = people.patient(clinic)
    plan = care.plan(patient)
    consent = care.consent(plan)
    treatment = care.treatment(plan, practitioner)
    unit = models.DeviceUnit.objects.create(
        clinic=clinic,
        site=treatment.site,
        model=care.device_model(),
        lot="A1",
        expires_on=NOW.date() + timedelta(days=100),
        received_at=NOW,
    )
    use = models.DeviceUse.objects.create(
        clinic=clinic,
        treatment=treatment,
        unit=unit,
        patient=patient,
        lot="A1",
        used_at=NOW,
        used_by="Somebody",
    )
    treated = models.TreatmentArea.objects.create(**area_of(treatment, use))
    lesion = models.Lesion.objects.create(
        clinic=clinic,
        patient=patient,
        area="cheek-left",
        kind="boxcar",
        x=Decimal("0.5"),
        y=Decimal("0.5"),
        marked_at=NOW,
        marked_by="Somebody",
    )
    models.LesionPresses.objects.create(
        clinic=clinic, treatment=treatment, treated=treated, lesion=lesion, presses=8
    )
    models.AnaestheticApplication.objects.create(
        clinic=clinic,
        treatment=treatment,
        product="emla",
        batch="B",
        expires_on=NOW.date(),
        grams=Decimal(5),
        area_cm2=Decimal(100),
        weight_kg=Decimal(60),
        applied_at=NOW,
        applied_by="Somebody",
    )
    models.TopicalUse.objects.create(
        clinic=clinic,
        treatment=treatment,
        product="saline",
        batch="S",
        stage="after",
        applied_at=NOW,
        applied_by="Somebody",
    )
    models.Reconfirmation.objects.create(
        clinic=clinic,
        treatment=treatment,
        history=care.history(patient),
        confirmed_at=NOW,
        confirmed_by="Patient",
    )
    care.confirmed(treatment, consent, by=practitioner)
    return treatment


@pytest.fixture
def signed(opened: models.Treatment) -> models.Treatment:
    """The same, finished and signed."""
    opened.started_at = opened.finished_at = opened.aftercare_at = opened.signed_at = NOW
    opened.started_by = opened.finished_by = opened.aftercare_by = opened.signed_by = "Somebody"
    opened.signer = opened.practitioner
    opened.save()
    return opened


def area_of(treatment: models.Treatment, use: models.DeviceUse) -> dict[str, Any]:
    return {
        "clinic": treatment.clinic,
        "treatment": treatment,
        "patient": treatment.patient,
        "device_use": use,
        "area": "cheek-left",
        "indication": "atrophic-acne-scars",
        "needle_mm": Decimal("1.5"),
        "passes": 8,
        "treated_at": NOW,
        "treated_by": "Somebody",
    }


def refused(sql: str, *values: object) -> str:
    """Run it, and hand back the sentence of the refusal."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(caught.value)


def a_line() -> models.AuditEvent:
    clinic = people.clinic()
    return record(Event.COMMAND_RUN, by=people.acting(people.staff(clinic)), at=NOW)


def test_a_line_of_the_trail_can_be_neither_changed_nor_removed() -> None:
    line = a_line()
    models.TrailSeal.objects.create(position=1, event=line.pk, mac="0" * 64)
    for table, key, column in (("clinic_auditevent", "id", "event"), ("clinic_trailseal", "position", "mac")):
        row = line.pk if key == "id" else 1
        assert triggers.ONLY_ADDED in refused(f"UPDATE {table} SET {column} = 'x' WHERE {key} = %s", row)
        assert triggers.ONLY_ADDED in refused(f"DELETE FROM {table} WHERE {key} = %s", row)
    line.event = "another"
    with pytest.raises(DatabaseError), transaction.atomic():
        line.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        models.AuditEvent.objects.filter(pk=line.pk).delete()
    assert models.AuditEvent.objects.get(pk=line.pk).event == "command-run"


@pytest.mark.postgres
@pytest.mark.parametrize("table", [*triggers.ADDED, *triggers.KEPT])
def test_no_table_of_the_record_can_be_truncated(table: str) -> None:
    assert "row" in refused(f"TRUNCATE clinic_{table} CASCADE").lower()


def test_a_line_cannot_be_written_over_by_a_replacing_insert() -> None:
    line = a_line()
    columns = [field.column for field in models.AuditEvent._meta.concrete_fields]
    forged = ", ".join("'forged'" if column == "event" else column for column in columns)
    into = f"INTO clinic_auditevent ({', '.join(columns)}) SELECT {forged} FROM clinic_auditevent"
    if connection.vendor == "sqlite":
        for recursive in ("OFF", "ON"):
            connection.cursor().execute(f"PRAGMA recursive_triggers={recursive}")
            assert triggers.NOT_TWICE in refused(f"INSERT OR REPLACE {into}")
            refused("UPDATE OR REPLACE clinic_auditevent SET event = 'forged'")
    else:
        refused(f"INSERT {into} ON CONFLICT (id) DO UPDATE SET event = excluded.event")
    assert models.AuditEvent.objects.get(pk=line.pk).event == "command-run"


def test_a_unit_cannot_be_freed_by_writing_over_its_use(opened: models.Treatment) -> None:
    use = opened.device_uses.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        use.delete()
    if connection.vendor == "sqlite":
        names = ", ".join(field.column for field in use._meta.concrete_fields if field.column != "id")
        refused(
            f"INSERT OR REPLACE INTO clinic_deviceuse (id, {names}) SELECT id, {names} FROM clinic_deviceuse"
        )
    assert models.DeviceUse.objects.get(pk=use.pk).unit_id == use.unit_id


def test_an_open_treatment_and_its_parts_may_change(opened: models.Treatment) -> None:
    opened.note = "Even."
    opened.save()
    for part in (opened.device_uses.get(), opened.areas.get(), opened.anaesthetics.get()):
        part.voided_at, part.voided_by, part.voided_because = NOW, "Somebody", "Entered in error."
        part.save()
    assert opened.areas.get().voided_because == "Entered in error."


def test_a_signed_treatment_can_be_neither_changed_nor_removed(signed: models.Treatment) -> None:
    for column in ("note", "pain", "signed_at", "voided_at", "plan_id"):
        assert triggers.SIGNED in refused(
            f"UPDATE clinic_treatment SET {column} = NULL WHERE id = %s", signed.pk
        )
    assert triggers.NEVER_DELETED in refused("DELETE FROM clinic_treatment WHERE id = %s", signed.pk)
    signed.note = "Changed."
    with pytest.raises(DatabaseError), transaction.atomic():
        signed.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        models.Treatment.objects.filter(pk=signed.pk).update(signed_at=None, signed_by="", signer=None)
    signed.refresh_from_db()
    assert (signed.note, signed.signed_by) == ("", "Somebody")


@pytest.mark.parametrize("part", triggers.PARTS)
def test_no_part_of_a_signed_treatment_changes_goes_or_is_added(signed: models.Treatment, part: str) -> None:
    (model,) = connection.introspection.installed_models([f"clinic_{part}"])
    row = model._default_manager.get(treatment=signed)
    refused(f"UPDATE clinic_{part} SET treatment_id = treatment_id WHERE id = %s", row.pk)
    refused(f"DELETE FROM clinic_{part} WHERE id = %s", row.pk)
    row.pk, row.public_id = None, uuid.uuid4()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)
    assert model._default_manager.filter(treatment=signed).count() == 1


def test_a_part_cannot_be_moved_into_a_signed_treatment(
    opened: models.Treatment,
) -> None:
    other = care.treatment(opened.plan, opened.practitioner)
    use = opened.device_uses.get()
    moved = models.TopicalUse.objects.create(
        clinic=opened.clinic,
        treatment=other,
        product="saline",
        batch="S",
        stage="after",
        applied_at=NOW,
        applied_by="Somebody",
    )
    moments = ("started", "finished", "aftercare", "signed")
    models.Treatment.objects.filter(pk=opened.pk).update(
        **{f"{name}_at": NOW for name in moments},
        **{f"{name}_by": "Somebody" for name in moments},
        signer=opened.practitioner,
    )
    assert triggers.SIGNED in refused(
        "UPDATE clinic_topicaluse SET treatment_id = %s WHERE id = %s", opened.pk, moved.pk
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        models.TreatmentArea.objects.create(**area_of(opened, use))


def test_nobody_countersigns_after_the_signature(signed: models.Treatment) -> None:
    day = signed.day_consents.get()
    with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        models.Countersignature.objects.create(
            clinic=signed.clinic, day=day, staff=people.staff(signed.clinic), signed_at=NOW, signed_by="Late"
        )
    assert day.countersignatures.count() == 1


def test_what_comes_after_the_signature_stays_open(signed: models.Treatment) -> None:
    checkin = models.CheckIn.objects.create(
        clinic=signed.clinic, treatment=signed, patient=signed.patient, due_at=NOW
    )
    checkin.worry = "It itches."
    checkin.save()
    models.Amendment.objects.create(
        clinic=signed.clinic,
        treatment=signed,
        text="Left cheek, not right.",
        because="Slip of the pen.",
        amended_at=NOW,
        amended_by="Somebody",
    )
    assert signed.amendments.count() == 1


def test_signed_and_given_papers_are_only_ever_added(signed: models.Treatment) -> None:
    consent = models.Consent.objects.get()
    rows: list[tuple[str, str]] = [
        ("consent", "signed_by"),
        ("consenttext", "body"),
        ("plan", "note"),
        ("planarea", "area"),
        ("dayconsent", "confirmed_by"),
        ("countersignature", "signed_by"),
        ("reconfirmation", "confirmed_by"),
    ]
    models.Withdrawal.objects.create(
        clinic=signed.clinic, consent=consent, withdrawn_at=NOW, withdrawn_by="Patient"
    )
    models.Amendment.objects.create(
        clinic=signed.clinic, treatment=signed, text="a", because="b", amended_at=NOW, amended_by="c"
    )
    models.Document.objects.create(
        clinic=signed.clinic,
        patient=signed.patient,
        kind="aftercare",
        title="Aftercare",
        content={},
        made_at=NOW,
        made_by="c",
    )
    models.PackApproval.objects.create(
        clinic=signed.clinic,
        version="1",
        content_hash="0",
        approved_at=NOW,
        approved_by="c",
        registration_number="GMC 1",
    )
    rows += [
        ("withdrawal", "withdrawn_by"),
        ("amendment", "text"),
        ("document", "title"),
        ("packapproval", "version"),
    ]
    for table, column in rows:
        assert triggers.ONLY_ADDED in refused(f"UPDATE clinic_{table} SET {column} = 'x'"), table
        assert triggers.ONLY_ADDED in refused(f"DELETE FROM clinic_{table}"), table


def test_every_row_of_the_record_is_voided_and_never_deleted(signed: models.Treatment) -> None:
    there = [table for table in triggers.KEPT if _rows(table)]
    assert {"patient", "course", "consultation", "concern", "history", "deviceunit", "treatment"} <= set(
        there
    )
    for table in there:
        assert triggers.NEVER_DELETED in refused(f"DELETE FROM clinic_{table}"), table


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM clinic_{table}")
        return int(cursor.fetchone()[0])


def test_every_guarded_table_is_one_of_the_record() -> None:
    tables = set(connection.introspection.table_names())
    for guard in triggers.guards(connection.vendor):
        assert guard.full_table in tables
    names = [guard.name for guard in triggers.guards(connection.vendor)]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 63  # PostgreSQL cuts longer names


def test_a_missing_or_weakened_trigger_is_noticed_and_put_back() -> None:
    assert triggers.missing(connection) == []
    on = "" if connection.vendor == "sqlite" else " ON clinic_treatment"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER guard_treatment_update_signed{on}")
        assert triggers.missing(connection) == ["guard_treatment_update_signed"]
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER guard_treatment_update_signed BEFORE UPDATE ON clinic_treatment WHEN 0"
                " BEGIN SELECT RAISE(ABORT, 'This treatment is signed'); END"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER guard_treatment_update_signed BEFORE UPDATE ON clinic_treatment"
                " FOR EACH ROW EXECUTE FUNCTION needlework_refuse('no')"
            )
        assert triggers.missing(connection) == ["guard_treatment_update_signed"]
        assert triggers.install(connection) == ["guard_treatment_update_signed"]
        assert triggers.missing(connection) == []


@pytest.mark.postgres
def test_a_disabled_or_emptied_trigger_counts_as_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clinic_auditevent DISABLE TRIGGER guard_auditevent_update_always")
        assert triggers.missing(connection) == ["guard_auditevent_update_always"]
        cursor.execute("ALTER TABLE clinic_auditevent ENABLE TRIGGER guard_auditevent_update_always")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION needlework_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RETURN NEW; END'"
        )
        assert len(triggers.missing(connection)) > 50
        triggers.install(connection)
        assert triggers.missing(connection) == []


def test_triggers_step_aside_for_a_migration_and_come_back() -> None:
    from django.apps import apps
    from django.db.models.signals import post_migrate, pre_migrate

    config = apps.get_app_config("clinic")
    pre_migrate.send(config, using="default", plan=["something"], app_config=config, verbosity=0)
    assert len(triggers.missing(connection)) == len(triggers.guards(connection.vendor))
    post_migrate.send(config, using="default", plan=["something"], app_config=config, verbosity=0)
    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_real_rebuild_of_the_treatment_table_leaves_every_trigger_in_place() -> None:
    treatment = models.Treatment
    field = treatment._meta.get_field("note").clone()
    field.set_attributes_from_name("note")
    changed = treatment._meta.get_field("note").clone()
    changed.default = "-"
    changed.null = True
    changed.set_attributes_from_name("note")
    for old, new in ((field, changed), (changed, field)):
        old.model = new.model = treatment
        triggers.remove(connection)
        with connection.schema_editor() as editor:
            editor.alter_field(treatment, old, new, strict=True)
        call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
