"""The tables of the record, with their constraints and indexes."""

import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("medical-lead", "Medical lead"),
                            ("practitioner", "Practitioner"),
                            ("assistant", "Assistant"),
                            ("front-desk", "Front desk"),
                            ("manager", "Manager"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=20,
                    ),
                ),
                ("registration_number", models.CharField(blank=True, default="", max_length=80)),
                ("treats", models.BooleanField(default=False)),
                ("pin_hash", models.CharField(blank=True, default="", max_length=200)),
                ("pin_failures", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="one_account_for_an_email"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("phone", models.CharField(max_length=40)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("jurisdiction", models.CharField(default="england", max_length=20)),
                ("time_zone", models.CharField(default="Europe/London", max_length=60)),
                ("country", models.CharField(default="GB", max_length=2)),
                ("reflection_hours", models.PositiveIntegerField(default=48)),
                ("consent_valid_days", models.PositiveIntegerField(default=365)),
                ("checkin_hours", models.JSONField(default=list)),
                ("auto_lock_minutes", models.PositiveIntegerField(default=5)),
                ("pack_own", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="TrailSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event", models.BigIntegerField(unique=True)),
                ("mac", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clinic", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("actor_role", models.CharField(max_length=20)),
                ("actor_id", models.UUIDField(null=True)),
                ("event", models.CharField(max_length=60)),
                ("about", models.CharField(max_length=60)),
                ("about_id", models.UUIDField(null=True)),
                ("patient", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "-at", "-id"], name="trail_newest_first"),
                    models.Index(fields=["patient", "-at"], name="trail_of_a_patient"),
                    models.Index(fields=["about_id", "-at"], name="trail_of_a_thing"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("consultation", "Consultation"),
                            ("treatment", "Treatment"),
                            ("review", "Review"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("note", models.TextField(blank=True, default="")),
                ("booked_at", models.DateTimeField()),
                ("booked_by", models.CharField(max_length=200)),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("arrived_by", models.CharField(blank=True, default="", max_length=200)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_by", models.CharField(blank=True, default="", max_length=200)),
                ("cancelled_because", models.TextField(blank=True, default="")),
                ("no_show_at", models.DateTimeField(blank=True, null=True)),
                ("no_show_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "starts_at"], name="diary_of_a_clinic"),
                    models.Index(fields=["practitioner", "starts_at"], name="diary_of_a_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="appointment_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("arrived_at__isnull", True), ("arrived_by", "")),
                            models.Q(
                                ("arrived_at__isnull", False), models.Q(("arrived_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="appointment_arrived_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by", "")),
                            models.Q(
                                ("cancelled_at__isnull", False), models.Q(("cancelled_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="appointment_cancelled_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("no_show_at__isnull", True), ("no_show_by", "")),
                            models.Q(
                                ("no_show_at__isnull", False), models.Q(("no_show_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="appointment_no_show_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("cancelled_at__gte", models.F("booked_at")),
                            _connector="OR",
                        ),
                        name="appointment_cancelled_after_booking",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="staff",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="staff", to="clinic.clinic"
            ),
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("statements", models.JSONField(default=list)),
                ("sha256", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "-published_at"], name="consent_texts_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "version"), name="consent_text_version_once_in_a_clinic"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text_sha256", models.CharField(max_length=64)),
                ("shown_at", models.DateTimeField()),
                ("understood", models.JSONField()),
                ("signed_at", models.DateTimeField()),
                ("signed_by", models.CharField(max_length=200)),
                ("signature", models.TextField(blank=True, default="")),
                (
                    "signed_on",
                    models.CharField(
                        choices=[
                            ("own-phone", "Own phone"),
                            ("clinic", "The clinic's device"),
                            ("paper", "Paper"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reflected_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="clinic.consenttext",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shown_at__lte", models.F("signed_at"))),
                        name="consent_shown_before_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reflected_at__gte", models.F("signed_at"))),
                        name="consent_reflection_after_signing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("reflected_at"))),
                        name="consent_expires_after_reflection",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("medical", "Medical"), ("cosmetic", "Cosmetic")], max_length=10
                    ),
                ),
                ("motive", models.TextField()),
                ("expectation", models.TextField()),
                (
                    "distress",
                    models.CharField(
                        choices=[
                            ("none", "No concern"),
                            ("some", "Some concern"),
                            ("refer", "Refer before treating"),
                        ],
                        max_length=10,
                    ),
                ),
                ("skin_type", models.PositiveSmallIntegerField()),
                ("examination", models.JSONField(default=dict)),
                ("notes", models.TextField(blank=True, default="")),
                ("held_at", models.DateTimeField()),
                ("held_by", models.CharField(max_length=200)),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="clinic.appointment",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="consultation_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("skin_type__range", (1, 6))),
                        name="consultation_skin_type_one_to_six",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("title", models.CharField(max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Completed"),
                            ("stopped-patient", "Stopped at the patient's wish"),
                            ("stopped-clinic", "Stopped by the clinic"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("outcome_note", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="clinic.consultation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="course_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("closed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="course_closed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("outcome", "")),
                            models.Q(("closed_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="course_closed_with_an_outcome",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="course",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="clinic.course",
            ),
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registration", "Professional registration"),
                            ("licence", "Licence to practise"),
                            ("indemnity", "Indemnity insurance"),
                            ("training", "Training on a type of device"),
                        ],
                        max_length=20,
                    ),
                ),
                ("device_kind", models.CharField(blank=True, default="", max_length=20)),
                ("issuer", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=80)),
                ("valid_from", models.DateField()),
                ("expires_on", models.DateField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credentials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["staff", "kind", "expires_on"], name="credentials_of_a_person")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="credential_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gte", models.F("valid_from"))),
                        name="credential_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "training"), models.Q(("device_kind", ""), _negated=True)),
                            models.Q(models.Q(("kind", "training"), _negated=True), ("device_kind", "")),
                            _connector="OR",
                        ),
                        name="credential_training_names_a_device_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("confirmed_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(max_length=200)),
                ("signature", models.TextField(blank=True, default="")),
                (
                    "confirmed_on",
                    models.CharField(
                        choices=[
                            ("own-phone", "Own phone"),
                            ("clinic", "The clinic's device"),
                            ("paper", "Paper"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="clinic.consent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Countersignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("signed_at", models.DateTimeField()),
                ("signed_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="countersignatures",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="countersignatures",
                        to="clinic.dayconsent",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "staff"), name="countersigned_once_by_a_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("maker", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("roller", "Roller"), ("stamp", "Stamp"), ("pen", "Pen")], max_length=20
                    ),
                ),
                ("unit_is", models.CharField(default="device", max_length=20)),
                ("needles", models.PositiveIntegerField(blank=True, null=True)),
                ("needle_mm_min", models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True)),
                ("needle_mm_max", models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True)),
                ("di", models.CharField(blank=True, default="", max_length=40)),
                ("assumptions", models.JSONField(default=list)),
                ("source", models.CharField(max_length=80)),
                ("listed", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [models.Index(fields=["di"], name="device_models_by_identifier")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("lot", models.CharField(max_length=40)),
                ("expires_on", models.DateField()),
                ("quantity", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=200)),
                ("supplier", models.CharField(blank=True, default="", max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="clinic.devicemodel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="delivery_of_at_least_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("name", models.CharField(max_length=200)),
                ("serial", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="handpiece_voided_by_someone_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        fields=("clinic", "serial"), name="one_hand_piece_for_a_serial_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cleaning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("cleaned_at", models.DateTimeField()),
                ("cleaned_by", models.CharField(max_length=200)),
                ("method", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "hand_piece",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cleanings",
                        to="clinic.handpiece",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="History",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("answers", models.JSONField()),
                ("pack_version", models.CharField(max_length=40)),
                ("answered_at", models.DateTimeField()),
                ("answered_by", models.CharField(max_length=200)),
                (
                    "answered_on",
                    models.CharField(
                        choices=[("own-phone", "Own phone"), ("clinic", "In the clinic")], max_length=20
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="history_voided_by_someone_for_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("rule", models.CharField(max_length=80)),
                ("scope", models.CharField(max_length=20)),
                ("verdict", models.CharField(max_length=10)),
                ("until", models.DateField(blank=True, null=True)),
                ("areas", models.JSONField(default=list)),
                ("override_by", models.CharField(max_length=20)),
                ("because", models.TextField()),
                ("source", models.TextField()),
                ("pack_version", models.CharField(max_length=40)),
                ("overridden_at", models.DateTimeField(blank=True, null=True)),
                ("overridden_by", models.CharField(blank=True, default="", max_length=200)),
                ("overridden_because", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="clinic.history",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("overridden_at__isnull", True), ("overridden_by", "")),
                            models.Q(
                                ("overridden_at__isnull", False),
                                models.Q(("overridden_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="finding_overridden_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("overridden_at", None),
                            models.Q(
                                models.Q(("override_by", "none"), _negated=True),
                                models.Q(("overridden_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="finding_overridden_only_where_the_rule_allows",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.CharField(max_length=40)),
                ("content_hash", models.CharField(max_length=64)),
                ("tables", models.JSONField(default=dict)),
                ("approved_at", models.DateTimeField()),
                ("approved_by", models.CharField(max_length=200)),
                ("registration_number", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "content_hash"), name="pack_approved_once_in_a_clinic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("registration_number", ""), _negated=True),
                        name="pack_approved_by_a_registered_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackCeiling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("row_hash", models.CharField(max_length=64)),
                ("pack_version", models.CharField(max_length=40)),
                ("because", models.TextField(blank=True, default="")),
                ("ended", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=200)),
                ("registration_number", models.CharField(max_length=80)),
                ("product", models.CharField(max_length=60)),
                ("max_g", models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["clinic", "product"], name="ceilings_of_a_product")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("registration_number", ""), _negated=True),
                        name="packceiling_by_a_registered_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended", False), models.Q(("because", ""), _negated=True), _connector="OR"
                        ),
                        name="packceiling_ended_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="pack_ceiling_for_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", True), ("max_g", None)),
                            models.Q(("ended", False), ("max_g__gt", 0)),
                            _connector="OR",
                        ),
                        name="pack_ceiling_has_grams",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackRowSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("row_hash", models.CharField(max_length=64)),
                ("pack_version", models.CharField(max_length=40)),
                ("because", models.TextField(blank=True, default="")),
                ("ended", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=200)),
                ("registration_number", models.CharField(max_length=80)),
                ("table", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["clinic", "table", "code"], name="signatures_of_a_pack_row")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("registration_number", ""), _negated=True),
                        name="packrowsignature_by_a_registered_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended", False), models.Q(("because", ""), _negated=True), _connector="OR"
                        ),
                        name="packrowsignature_ended_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackTightening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("row_hash", models.CharField(max_length=64)),
                ("pack_version", models.CharField(max_length=40)),
                ("because", models.TextField(blank=True, default="")),
                ("ended", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=200)),
                ("registration_number", models.CharField(max_length=80)),
                ("rule", models.CharField(max_length=80)),
                ("verdict", models.CharField(blank=True, default="", max_length=10)),
                ("override_by", models.CharField(blank=True, default="", max_length=20)),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["clinic", "rule"], name="tightenings_of_a_rule")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("registration_number", ""), _negated=True),
                        name="packtightening_by_a_registered_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended", False), models.Q(("because", ""), _negated=True), _connector="OR"
                        ),
                        name="packtightening_ended_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="pack_tightened_for_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days", None), ("ended", True), ("override_by", ""), ("verdict", "")),
                            models.Q(
                                ("ended", False),
                                models.Q(
                                    models.Q(("verdict", ""), _negated=True),
                                    models.Q(("override_by", ""), _negated=True),
                                    ("days__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="pack_tightening_says_what_is_stricter",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("number", models.CharField(max_length=20)),
                ("given_name", models.CharField(max_length=200)),
                ("family_name", models.CharField(max_length=200)),
                ("known_as", models.CharField(blank=True, default="", max_length=200)),
                ("born_on", models.DateField()),
                (
                    "sex",
                    models.CharField(
                        choices=[("f", "Female"), ("m", "Male"), ("x", "Another or not said")],
                        default="x",
                        max_length=1,
                    ),
                ),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("address", models.TextField(blank=True, default="")),
                ("postcode", models.CharField(blank=True, default="", max_length=16)),
                ("skin_type", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("allergies", models.TextField(blank=True, default="")),
                ("sort_name", models.CharField(max_length=400)),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.CharField(max_length=200)),
                ("not_duplicate_because", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["clinic", "sort_name", "id"], name="patients_by_name"),
                    models.Index(fields=["clinic", "born_on"], name="patients_by_birth_date"),
                    models.Index(fields=["clinic", "-registered_at"], name="patients_newest_first"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="patient_voided_by_someone_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        fields=("clinic", "number"), name="patient_number_once_in_a_clinic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("skin_type__isnull", True), ("skin_type__range", (1, 6)), _connector="OR"
                        ),
                        name="patient_skin_type_one_to_six",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone", ""), _negated=True),
                            models.Q(("email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="patient_can_be_reached",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("written_by", models.CharField(max_length=200)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["written_at"], name="messages_waiting"
                    ),
                    models.Index(fields=["patient", "-written_at"], name="messages_of_a_patient"),
                ],
            },
        ),
        migrations.AddField(
            model_name="history",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="histories", to="clinic.patient"
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(max_length=40)),
                ("subject", models.UUIDField()),
                ("fields", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("staff__isnull", False)),
                        fields=("staff", "form", "subject"),
                        name="one_draft_of_staff",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("patient__isnull", False)),
                        fields=("patient", "form", "subject"),
                        name="one_draft_of_patient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("patient", None), ("staff__isnull", False)),
                            models.Q(("patient__isnull", False), ("staff", None)),
                            _connector="OR",
                        ),
                        name="draft_belongs_to_one_person",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="course",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="courses", to="clinic.patient"
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consultations", to="clinic.patient"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="clinic.patient"
            ),
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("indication", models.CharField(max_length=60)),
                ("area", models.CharField(max_length=60)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="clinic.consultation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="concern_voided_by_someone_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("consultation", "indication", "area"),
                        name="concern_once_in_a_consultation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("due_at", models.DateTimeField()),
                ("answers", models.JSONField(default=dict)),
                ("worry", models.TextField(blank=True, default="")),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("self-care", "As expected"),
                            ("call-clinic", "To be called"),
                            ("same-day", "To be seen the same day"),
                            ("emergency", "Emergency"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("flags", models.JSONField(default=list)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by", models.CharField(blank=True, default="", max_length=200)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("seen_by", models.CharField(blank=True, default="", max_length=200)),
                ("seen_note", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkins",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "due_at"], name="checkins_of_a_patient"),
                    models.Index(
                        condition=models.Q(
                            ("answered_at__isnull", False), ("seen_at", None), ("voided_at", None)
                        ),
                        fields=["clinic", "answered_at"],
                        name="checkins_to_be_seen",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="checkin_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("answered_by", "")),
                            models.Q(
                                ("answered_at__isnull", False), models.Q(("answered_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="checkin_answered_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at__isnull", True), ("seen_by", "")),
                            models.Q(("seen_at__isnull", False), models.Q(("seen_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="checkin_seen_by_someone",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="clinic.patient"
            ),
        ),
        migrations.CreateModel(
            name="AnaestheticOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("product", models.CharField(max_length=60)),
                ("max_g", models.DecimalField(decimal_places=1, max_digits=5)),
                ("because", models.TextField()),
                ("ordered_at", models.DateTimeField()),
                ("ordered_by", models.CharField(max_length=200)),
                ("registration_number", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="clinic.course"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="anaestheticorder_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("registration_number", ""), _negated=True),
                            models.Q(("because", ""), _negated=True),
                        ),
                        name="anaesthetic_ordered_by_a_prescriber",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_g__gt", 0)), name="anaesthetic_order_has_grams"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("course", "product"),
                        name="anaesthetic_ordered_once_in_a_course",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PatientLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("history", "Answer the health questions"),
                            ("consent", "Read and sign the consent"),
                            ("reconfirm", "Confirm the consent on the day"),
                            ("check-in", "Say how the skin is doing"),
                            ("results", "See own results"),
                            ("witness", "Confirm the sealed packet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("about", models.UUIDField(blank=True, null=True)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("expires_at", models.DateTimeField()),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="clinic.patient"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "purpose"], name="links_of_a_patient")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("closed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="patient_link_closed_by_someone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveSmallIntegerField()),
                ("treatments_planned", models.PositiveSmallIntegerField()),
                ("interval_days", models.PositiveSmallIntegerField()),
                ("anaesthetic", models.CharField(blank=True, default="", max_length=60)),
                ("combined_with", models.JSONField(default=list)),
                ("expectation", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("note", models.TextField(blank=True, default="")),
                ("pack_version", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="clinic.course"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course", "version"), name="plan_version_once_in_a_course"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("treatments_planned__range", (1, 20))),
                        name="plan_of_one_to_twenty_treatments",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="clinic.plan"
            ),
        ),
        migrations.CreateModel(
            name="PlanArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("area", models.CharField(max_length=60)),
                ("indication", models.CharField(max_length=60)),
                ("needle_mm", models.DecimalField(decimal_places=2, max_digits=4)),
                ("passes", models.PositiveSmallIntegerField()),
                ("endpoint", models.CharField(max_length=60)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "device_model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.devicemodel"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="areas", to="clinic.plan"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "area", "indication"), name="area_once_in_a_plan"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("needle_mm__gt", 0), ("needle_mm__lte", 3)),
                        name="plan_needle_at_most_3_mm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("passes__range", (1, 60))), name="plan_of_one_to_sixty_passes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("six-weeks", "Six weeks"),
                            ("three-months", "Three months"),
                            ("six-months", "Six months"),
                            ("extra", "Extra"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "patient_rating",
                    models.CharField(
                        choices=[
                            ("much-better", "Much better"),
                            ("better", "Better"),
                            ("same", "About the same"),
                            ("worse", "Worse"),
                            ("much-worse", "Much worse"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "conclusion",
                    models.CharField(
                        choices=[
                            ("continue", "Continue the course"),
                            ("change", "Change the plan"),
                            ("finish", "Finish the course"),
                            ("stop", "Stop, and look into it"),
                        ],
                        max_length=20,
                    ),
                ),
                ("note", models.TextField(blank=True, default="")),
                ("held_at", models.DateTimeField()),
                ("held_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="clinic.course",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="clinic.patient",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "-held_at"], name="reviews_of_a_patient")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="review_voided_by_someone_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None), models.Q(("stage", "extra"), _negated=True)),
                        fields=("course", "stage"),
                        name="review_stage_once_in_a_course",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot_at", models.DateTimeField()),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="clinic.appointment",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.patient"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.room"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("room", "slot_at"), name="one_appointment_in_a_room_at_a_time"
                    ),
                    models.UniqueConstraint(
                        fields=("practitioner", "slot_at"), name="one_appointment_of_a_person_at_a_time"
                    ),
                    models.UniqueConstraint(
                        fields=("patient", "slot_at"), name="one_appointment_of_a_patient_at_a_time"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="room",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="clinic.room"
            ),
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("scale", models.CharField(max_length=60)),
                ("area", models.CharField(blank=True, default="", max_length=60)),
                ("value", models.DecimalField(decimal_places=2, max_digits=7)),
                ("scored_at", models.DateTimeField()),
                ("scored_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="clinic.consultation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="clinic.patient",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="clinic.review",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "scale", "scored_at"], name="scores_of_a_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="score_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consultation__isnull", False), ("review", None)),
                            models.Q(("consultation", None), ("review__isnull", False)),
                            _connector="OR",
                        ),
                        name="score_belongs_to_one_visit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BinaryField()),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_keys",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "key", "patient"], name="search_keys_in_order"),
                    models.Index(fields=["patient", "key"], name="search_keys_of_a_patient"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("address", models.TextField(blank=True, default="")),
                ("time_zone", models.CharField(default="Europe/London", max_length=60)),
                ("premises_licence", models.CharField(blank=True, default="", max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("clinic", "name"), name="site_name_once_in_a_clinic")
                ],
            },
        ),
        migrations.AddField(
            model_name="room",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="clinic.site"
            ),
        ),
        migrations.AddField(
            model_name="handpiece",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="hand_pieces", to="clinic.site"
            ),
        ),
        migrations.CreateModel(
            name="DeviceUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("di", models.CharField(blank=True, default="", max_length=40)),
                ("lot", models.CharField(max_length=40)),
                ("serial", models.CharField(blank=True, default="", max_length=40)),
                ("clinic_label", models.CharField(blank=True, default="", max_length=40)),
                ("expires_on", models.DateField()),
                ("scanned", models.TextField(blank=True, default="")),
                ("typed", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("opened_by", models.CharField(blank=True, default="", max_length=200)),
                ("quarantined_at", models.DateTimeField(blank=True, null=True)),
                ("quarantined_by", models.CharField(blank=True, default="", max_length=200)),
                ("quarantined_because", models.TextField(blank=True, default="")),
                ("discarded_at", models.DateTimeField(blank=True, null=True)),
                ("discarded_by", models.CharField(blank=True, default="", max_length=200)),
                ("discarded_because", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="clinic.delivery",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="clinic.devicemodel",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="units", to="clinic.site"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "lot", "di"], name="units_of_a_lot"),
                    models.Index(fields=["clinic", "model", "expires_on", "id"], name="units_of_a_model"),
                    models.Index(
                        condition=models.Q(("discarded_at", None), ("opened_at", None)),
                        fields=["clinic", "lot", "expires_on", "id"],
                        name="units_in_stock",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("serial", ""), _negated=True),
                        fields=("clinic", "di", "lot", "serial"),
                        name="one_unit_for_a_serial_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("clinic_label", ""), _negated=True),
                        fields=("clinic", "clinic_label"),
                        name="one_unit_for_a_clinic_label",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lot", ""), _negated=True), name="unit_has_a_lot"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at__isnull", True), ("opened_by", "")),
                            models.Q(
                                ("opened_at__isnull", False), models.Q(("opened_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="unit_opened_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quarantined_at__isnull", True), ("quarantined_by", "")),
                            models.Q(
                                ("quarantined_at__isnull", False),
                                models.Q(("quarantined_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="unit_quarantined_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("discarded_at__isnull", True), ("discarded_by", "")),
                            models.Q(
                                ("discarded_at__isnull", False), models.Q(("discarded_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="unit_discarded_by_someone",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="clinic.site"
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="clinic.site"
            ),
        ),
        migrations.CreateModel(
            name="TabletLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("device_hash", models.CharField(max_length=64)),
                ("full_login_at", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                ("forgotten_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tablet_logins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("device_hash", "staff"), name="one_login_line_per_person_and_device"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("forgotten_at__isnull", True), ("forgotten_by", "")),
                            models.Q(
                                ("forgotten_at__isnull", False), models.Q(("forgotten_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="tablet_login_forgotten_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Treatment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("number", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
                ("pack_version", models.CharField(blank=True, default="", max_length=40)),
                ("findings", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("started_by", models.CharField(blank=True, default="", max_length=200)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_by", models.CharField(blank=True, default="", max_length=200)),
                ("stopped_because", models.TextField(blank=True, default="")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("finished_by", models.CharField(blank=True, default="", max_length=200)),
                ("pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("redness", models.CharField(blank=True, default="", max_length=20)),
                ("sharps_container", models.CharField(blank=True, default="", max_length=60)),
                ("aftercare_at", models.DateTimeField(blank=True, null=True)),
                ("aftercare_by", models.CharField(blank=True, default="", max_length=200)),
                ("aftercare_note", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
                ("recorded_late_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_late_by", models.CharField(blank=True, default="", max_length=200)),
                ("recorded_late_because", models.TextField(blank=True, default="")),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("signed_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="clinic.appointment",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="clinic.course",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="clinic.patient",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="clinic.plan",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_treatments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="clinic.site",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "-opened_at"], name="treatments_of_a_patient"),
                    models.Index(fields=["clinic", "-opened_at"], name="treatments_newest_first"),
                    models.Index(
                        condition=models.Q(("signed_at", None), ("voided_at", None)),
                        fields=["clinic", "opened_at"],
                        name="treatments_unsigned",
                    ),
                    models.Index(fields=["plan"], name="treatments_of_a_plan"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="treatment_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("started_at__isnull", True), ("started_by", "")),
                            models.Q(
                                ("started_at__isnull", False), models.Q(("started_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_started_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stopped_at__isnull", True), ("stopped_by", "")),
                            models.Q(
                                ("stopped_at__isnull", False), models.Q(("stopped_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_stopped_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("finished_by", "")),
                            models.Q(
                                ("finished_at__isnull", False), models.Q(("finished_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_finished_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("aftercare_at__isnull", True), ("aftercare_by", "")),
                            models.Q(
                                ("aftercare_at__isnull", False), models.Q(("aftercare_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_aftercare_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recorded_late_at__isnull", True), ("recorded_late_by", "")),
                            models.Q(
                                ("recorded_late_at__isnull", False),
                                models.Q(("recorded_late_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="treatment_recorded_late_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", True), ("signed_by", "")),
                            models.Q(
                                ("signed_at__isnull", False), models.Q(("signed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_signed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="treatment_finished_after_starting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None), ("started_at__isnull", False), _connector="OR"
                        ),
                        name="treatment_finished_only_if_started",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_at", None),
                            models.Q(("aftercare_at__isnull", False), ("finished_at__isnull", False)),
                            models.Q(("aftercare_at__isnull", False), ("stopped_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="treatment_signed_only_after_aftercare",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at", None), ("signer", None)),
                            models.Q(("signed_at__isnull", False), ("signer__isnull", False)),
                            _connector="OR",
                        ),
                        name="treatment_signed_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pain", None), ("pain__lte", 10), _connector="OR"),
                        name="treatment_pain_zero_to_ten",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("course", "number"),
                        name="treatment_number_once_in_a_course",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TopicalUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("product", models.CharField(max_length=60)),
                ("batch", models.CharField(max_length=40)),
                ("expires_on", models.DateField(blank=True, null=True)),
                (
                    "stage",
                    models.CharField(
                        choices=[("before", "Before"), ("during", "During"), ("after", "After")],
                        max_length=10,
                    ),
                ),
                ("applied_at", models.DateTimeField()),
                ("applied_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="topicals",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["treatment"], name="topicals_of_a_treatment"),
                    models.Index(fields=["clinic", "product", "batch"], name="topicals_of_a_batch"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="topicaluse_voided_by_someone_for_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("examination", models.JSONField(default=dict)),
                ("confirmed_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconfirmations",
                        to="clinic.history",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconfirmations",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["treatment", "-confirmed_at"], name="reconfirmations_by_treatment")
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                (
                    "view",
                    models.CharField(
                        choices=[
                            ("front", "Front"),
                            ("left", "Left side"),
                            ("right", "Right side"),
                            ("left-oblique", "Left, half turned"),
                            ("right-oblique", "Right, half turned"),
                            ("scalp", "Scalp"),
                            ("close", "Close up"),
                            ("body", "Body"),
                        ],
                        max_length=20,
                    ),
                ),
                ("area", models.CharField(blank=True, default="", max_length=60)),
                ("note", models.TextField(blank=True, default="")),
                ("sha256", models.CharField(max_length=64)),
                ("format", models.CharField(max_length=10)),
                ("bytes", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("wrapped_key", models.BinaryField()),
                ("master_key_id", models.CharField(max_length=16)),
                ("taken_at", models.DateTimeField()),
                ("taken_by", models.CharField(max_length=200)),
                (
                    "checkin",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="clinic.checkin",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="clinic.consultation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="clinic.patient",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="clinic.review",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "view", "taken_at"], name="photos_of_a_patient")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="photo_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checkin", None),
                                ("consultation__isnull", False),
                                ("review", None),
                                ("treatment", None),
                            ),
                            models.Q(
                                ("checkin", None),
                                ("consultation", None),
                                ("review", None),
                                ("treatment__isnull", False),
                            ),
                            models.Q(
                                ("checkin__isnull", False),
                                ("consultation", None),
                                ("review", None),
                                ("treatment", None),
                            ),
                            models.Q(
                                ("checkin", None),
                                ("consultation", None),
                                ("review__isnull", False),
                                ("treatment", None),
                            ),
                            _connector="OR",
                        ),
                        name="photo_belongs_to_one_visit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deviation", "Deviation from the rules"),
                            ("complication", "Complication"),
                            ("red-flag", "Red flag in a check-in"),
                            ("sharps", "Sharps injury to staff"),
                        ],
                        max_length=20,
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("area", models.CharField(blank=True, default="", max_length=60)),
                (
                    "severity",
                    models.CharField(
                        choices=[("low", "Low"), ("moderate", "Moderate"), ("high", "High")], max_length=10
                    ),
                ),
                ("what", models.TextField()),
                ("happened_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, default="", max_length=200)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=200)),
                ("done", models.TextField(blank=True, default="")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolved", "Resolved"),
                            ("resolved-marks", "Resolved, with marks left"),
                            ("continuing", "Continuing elsewhere"),
                            ("no-harm", "No harm"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "checkin",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="clinic.checkin",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="clinic.deviceunit",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="clinic.patient",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None), ("voided_at", None)),
                        fields=["clinic", "-opened_at"],
                        name="incidents_open",
                    ),
                    models.Index(fields=["patient", "-happened_at"], name="incidents_of_a_patient"),
                    models.Index(fields=["treatment"], name="incidents_of_a_treatment"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at__isnull", True), ("acknowledged_by", "")),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                models.Q(("acknowledged_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_acknowledged_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("closed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="incident_closed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("outcome", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("done", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_closed_with_an_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("aftercare", "Aftercare sheet"), ("summary", "Summary of the course")],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("content", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="clinic.course",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="clinic.patient",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "-made_at"], name="documents_of_a_patient")],
            },
        ),
        migrations.CreateModel(
            name="DeviceUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("lot", models.CharField(max_length=40)),
                ("di", models.CharField(blank=True, default="", max_length=40)),
                ("used_at", models.DateTimeField()),
                ("used_by", models.CharField(max_length=200)),
                ("scanned", models.TextField(blank=True, default="")),
                (
                    "witness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seen", "Patient saw it opened, on the clinic's device"),
                            ("own-phone", "Patient confirmed on their own phone"),
                            ("declined", "Patient did not wish to look"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("witnessed_at", models.DateTimeField(blank=True, null=True)),
                ("witnessed_by", models.CharField(blank=True, default="", max_length=200)),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("returned_by", models.CharField(blank=True, default="", max_length=200)),
                ("returned_confirmed_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="clinic.deviceunit",
                    ),
                ),
                (
                    "hand_piece",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="clinic.handpiece",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device_uses",
                        to="clinic.patient",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device_uses",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["treatment"], name="device_uses_of_a_treatment"),
                    models.Index(fields=["clinic", "lot", "di", "patient"], name="patients_of_a_lot"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="deviceuse_voided_by_someone_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)),
                        fields=("unit",),
                        name="device_unit_in_one_treatment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("witnessed_at__isnull", True), ("witnessed_by", "")),
                            models.Q(
                                ("witnessed_at__isnull", False), models.Q(("witnessed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="device_use_witnessed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("returned_at", None), ("returned_by", ""), ("returned_confirmed_by", "")
                            ),
                            models.Q(
                                ("returned_at__isnull", False),
                                models.Q(("returned_by", ""), _negated=True),
                                models.Q(("returned_confirmed_by", ""), _negated=True),
                                models.Q(("returned_by", models.F("returned_confirmed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="device_unit_returned_only_by_two_people",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="dayconsent",
            name="treatment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="day_consents",
                to="clinic.treatment",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="treatment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checkins", to="clinic.treatment"
            ),
        ),
        migrations.CreateModel(
            name="AnaestheticApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("product", models.CharField(max_length=60)),
                ("batch", models.CharField(max_length=40)),
                ("expires_on", models.DateField()),
                ("grams", models.DecimalField(decimal_places=2, max_digits=6)),
                ("area_cm2", models.DecimalField(decimal_places=1, max_digits=7)),
                ("areas", models.JSONField(default=list)),
                ("occluded", models.BooleanField(default=False)),
                ("weight_kg", models.DecimalField(decimal_places=1, max_digits=5)),
                ("limits", models.JSONField(default=list)),
                ("pack_version", models.CharField(blank=True, default="", max_length=40)),
                ("applied_at", models.DateTimeField()),
                ("applied_by", models.CharField(max_length=200)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.anaestheticorder",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="anaesthetics",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["treatment"], name="creams_of_a_treatment")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="anaestheticapplication_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(condition=models.Q(("grams__gt", 0)), name="cream_has_a_mass"),
                    models.CheckConstraint(condition=models.Q(("area_cm2__gt", 0)), name="cream_has_an_area"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by", "")),
                            models.Q(
                                ("removed_at__isnull", False), models.Q(("removed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="cream_removed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_at__isnull", True),
                            ("removed_at__gte", models.F("applied_at")),
                            _connector="OR",
                        ),
                        name="cream_removed_after_applying",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField()),
                ("because", models.TextField()),
                ("amended_at", models.DateTimeField()),
                ("amended_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True), models.Q(("because", ""), _negated=True)
                        ),
                        name="amendment_says_what_and_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TreatmentArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("voided_by", models.CharField(blank=True, default="", max_length=200)),
                ("voided_because", models.TextField(blank=True, default="")),
                ("area", models.CharField(max_length=60)),
                ("indication", models.CharField(max_length=60)),
                ("needle_mm", models.DecimalField(decimal_places=2, max_digits=4)),
                ("passes", models.PositiveSmallIntegerField()),
                ("directions", models.PositiveSmallIntegerField(default=1)),
                ("endpoint", models.CharField(blank=True, default="", max_length=60)),
                ("note", models.TextField(blank=True, default="")),
                ("treated_at", models.DateTimeField()),
                ("treated_by", models.CharField(max_length=200)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "device_use",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="areas",
                        to="clinic.deviceuse",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treated_areas",
                        to="clinic.patient",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="areas",
                        to="clinic.treatment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["treatment"], name="areas_of_a_treatment"),
                    models.Index(fields=["patient", "area", "-treated_at"], name="last_treatment_of_an_area"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_because", ""), ("voided_by", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("voided_by", ""), _negated=True),
                                models.Q(("voided_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="treatmentarea_voided_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("needle_mm__gt", 0)), name="treated_with_a_needle_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("passes__range", (1, 200))), name="treated_with_passes"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("directions__range", (1, 8))), name="treated_in_directions"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("withdrawn_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(max_length=200)),
                ("because", models.TextField(blank=True, default="")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                    ),
                ),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="clinic.consent",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="staff",
            index=models.Index(fields=["clinic", "name"], name="staff_of_a_clinic"),
        ),
        migrations.AddIndex(
            model_name="history",
            index=models.Index(fields=["patient", "-answered_at"], name="histories_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(fields=["patient", "-opened_at"], name="courses_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(fields=["patient", "-held_at"], name="consultations_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["plan", "-signed_at"], name="consents_of_a_plan"),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(fields=("site", "name"), name="room_name_once_at_a_site"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["patient", "starts_at"], name="appointments_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="dayconsent",
            index=models.Index(fields=["treatment"], name="day_consents_of_a_treatment"),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(fields=["treatment"], name="checkins_of_a_treatment"),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(fields=("treatment", "due_at"), name="checkin_once_at_a_time"),
        ),
    ]
