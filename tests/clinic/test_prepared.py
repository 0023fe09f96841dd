"""What is put together once answers as the queryset itself would."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from needlework.clinic.models import Patient, Staff
from needlework.clinic.queries.prepared import Prepared
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_the_instances_are_those_of_the_queryset_with_what_it_joins_and_annotates() -> None:
    def asked(clinic: int) -> object:
        rows = Staff.objects.filter(clinic=clinic).select_related("clinic")
        return rows.annotate(papers=Count("credentials")).order_by("pk")

    prepared = Prepared(asked)  # type: ignore[arg-type]
    for of in (people.clinic(), people.clinic()):
        wanted = [people.staff(of), people.staff(of, credentials=False)]
        with CaptureQueriesContext(connection) as caught:
            found = prepared.instances(of.pk)
            assert [row.clinic for row in found] == [of, of]
        assert len(caught) == 1
        assert found == wanted
        assert [row.papers for row in found] == [6, 0]
        assert [vars(row)["joined_at"] for row in found] == [row.joined_at for row in wanted]
        assert found[0].public_id == wanted[0].public_id


def test_the_rows_are_those_of_the_queryset() -> None:
    clinic, other = people.clinic(), people.clinic()
    mine, _ = people.patient(clinic), people.patient(other)
    prepared = Prepared(lambda pk: Patient.objects.filter(clinic=pk).values_list("public_id", "born_on"))
    assert [tuple(row) for row in prepared.rows(clinic.pk)] == [(mine.public_id, mine.born_on)]
    assert list(prepared.rows(0)) == []


def test_a_queryset_that_ignores_the_number_is_refused() -> None:
    prepared = Prepared(lambda _: Patient.objects.filter(clinic=1).values_list("pk"))
    with pytest.raises(ValueError, match="does not depend on the number"):
        prepared.rows(1)


def test_a_text_is_put_in_beside_the_number_and_may_not_be_ignored_either() -> None:
    clinic = people.clinic()
    mine = people.patient(clinic, family_name="O'Neill")
    people.patient(clinic, family_name="Hart")
    people.patient(people.clinic(), family_name="O'Neill")
    prepared = Prepared(
        lambda pk, name: Patient.objects.filter(clinic=pk, family_name=name).order_by("pk"), by_text=True
    )
    assert prepared.instances(clinic.pk, "O'Neill") == [mine]
    assert prepared.instances(clinic.pk, "Nobody") == []
    ignored = Prepared(lambda pk, _: Patient.objects.filter(clinic=pk).values_list("pk"), by_text=True)
    with pytest.raises(ValueError, match="does not depend on the text"):
        ignored.rows(clinic.pk, "Hart")
