"""The people of the demonstration clinic. Every name, number and address is invented.

Phone numbers lie in the ranges which Ofcom keeps free for drama; e-mail addresses end in `.example`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from needlework.clinic.who import Role

PASSWORD = "demonstration clinic"  # noqa: S105 shown on the log-in page, in demonstration mode only
PIN = "481516"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. `training` names the kinds of device they were trained on."""

    key: str
    name: str
    role: Role
    registration_number: str = ""
    training: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """What they log in with."""
        return f"{self.key}@demo.example"


STAFF: tuple[Person, ...] = (
    Person("lead", "Dr Nadia Rahman", Role.MEDICAL_LEAD, "GMC 7000001", ("roller", "stamp", "pen")),
    Person("nurse", "Eleri Prosser", Role.PRACTITIONER, "NMC 00A0001E", ("roller", "stamp")),
    Person("doctor", "Dr Jonas Weber", Role.PRACTITIONER, "GMC 7000002", ("roller", "stamp", "pen")),
    Person("assistant", "Kofi Mensah", Role.ASSISTANT),
    Person("desk", "Siobhán Daly", Role.FRONT_DESK),
    Person("manager", "Priscilla Okafor", Role.MANAGER),
    Person("auditor", "Martin Webb", Role.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class Patient:
    """Someone who comes to the demonstration clinic."""

    key: str
    given_name: str
    family_name: str
    born_on: date
    sex: str
    phone: str
    skin_type: int
    email: str = ""
    known_as: str = ""
    answers: dict[str, dict[str, object]] = field(default_factory=dict)  # those that are not a plain "no"


PATIENTS: tuple[Patient, ...] = (
    Patient("amelia", "Amelia", "Hart", date(1994, 3, 9), "f", "07700 900101", 2, "amelia.hart@mail.example"),
    Patient("dmytro", "Дмитро", "Коваленко", date(1987, 11, 2), "m", "07700 900102", 2, known_as="Dmytro"),
    Patient("xiaoming", "小明", "王", date(1990, 6, 18), "m", "07700 900103", 4, known_as="Ming"),
    Patient("fatima", "فاطمة", "الزهراء", date(1983, 1, 25), "f", "07700 900104", 5, known_as="Fatima"),
    Patient("zoe", "Zoë", "Brânză-O’Connor", date(1979, 8, 30), "f", "07700 900105", 2, "zoe@mail.example"),
    Patient("oluwaseun", "Olúwaṣeun", "Adébáyọ̀", date(1992, 5, 14), "m", "07700 900106", 6),
    Patient("maria", "Μαρία", "Παπαδοπούλου", date(1968, 12, 5), "f", "07700 900107", 3, known_as="Maria"),
    Patient("john", "John", "Smith", date(1996, 2, 29), "m", "07700 900108", 1, "john.smith@mail.example"),
    Patient("priya", "प्रिया", "शर्मा", date(1985, 9, 21), "f", "07700 900109", 5, known_as="Priya"),
    Patient("thomas", "Thomas", "Müller", date(1973, 4, 17), "m", "07700 900110", 2),
    Patient("grace", "은혜", "이", date(1988, 7, 7), "f", "07700 900111", 3, "grace@mail.example", "Grace"),
    Patient(
        "keira", "Keira", "Walsh", date(1997, 10, 12), "f", "07700 900112", 2,
        answers={"pregnancy": {"answer": "yes"}},
    ),
    Patient("liam", "Liam", "Ó Briain", date(2001, 1, 8), "m", "07700 900113", 2),
    Patient("ana", "Ana Lúcia", "de Souza", date(1981, 3, 3), "f", "07700 900114", 4),
    Patient("helen", "Helen", "Clarke", date(1959, 6, 26), "f", "07700 900115", 1),
    Patient("yusuf", "Yusuf", "Demir", date(1976, 12, 31), "m", "07700 900116", 3),
    Patient(
        "ingrid", "Ingrid", "Nilsen", date(1963, 2, 11), "f", "07700 900117", 2,
        answers={
            "diabetes": {"answer": "yes"},
            "immune-medicine": {"answer": "yes", "text": "Methotrexate 10 mg once a week"},
            "allergy-parabens": {"answer": "yes", "text": "Rash after a hand cream"},
        },
    ),
)  # fmt: skip
