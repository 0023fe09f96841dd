"""The database's own last word: what is signed or only ever added can be neither changed nor removed.

Django knows nothing of triggers, and its rebuild of a SQLite table drops them silently. So they are put in
place after every `migrate` (needlework.clinic.apps), and the server refuses to start when one is missing or
differs from what is written here (needlework.config.startup).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PREFIX = "guard_"
TRAIL = ("auditevent", "trailseal")
#: rows that are only ever added
ADDED = (
    *TRAIL, "amendment", "cleaning", "consent", "consenttext", "countersignature", "dayconsent", "document", "incidentstep",
    "lesionpresses",
    "packapproval", "packceiling", "packrowsignature", "packtightening", "plan", "planarea", "recallattempt", "recalledbatch", "recalledunit",
    "recallline", "reconfirmation", "servicing", "withdrawal",
)  # fmt: skip
#: rows that may change, but are voided or closed, never deleted
KEPT = (
    "anaestheticapplication", "anaestheticorder", "checkin", "concern", "consultation", "countedpacket", "course", "credential", "delivery",
    "deviceunit", "deviceuse", "finding", "handcalibration", "handpiece", "history", "incident", "incidentreport", "lesion", "patient", "photo", "productbatch", "recall", "recallcontact", "review",
    "score", "stockcount", "topicaluse", "treatment", "treatmentarea",
)  # fmt: skip
#: rows that are part of a treatment, and final once it is signed
PARTS = (
    "anaestheticapplication",
    "dayconsent",
    "deviceuse",
    "lesionpresses",
    "reconfirmation",
    "topicaluse",
    "treatmentarea",
)

ONLY_ADDED = "This row is only ever added: it cannot be changed or removed."
NEVER_DELETED = "Rows of the record are voided, never deleted."
SIGNED = "This treatment is signed: nothing in it changes. Add an amendment."
NOT_TWICE = "This row is already there: it cannot be written over."


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: the statement it refuses on one table, and the condition under which it does."""

    table: str
    statement: str  # INSERT, UPDATE, DELETE, TRUNCATE
    says: str
    kind: str = "always"  # always, signed (the row itself), part, countersignature, twice

    @property
    def name(self) -> str:
        """The trigger's name in the database."""
        return f"{PREFIX}{self.table}_{self.statement.lower()}_{self.kind}"

    @property
    def full_table(self) -> str:
        """The table's name in the database."""
        return f"clinic_{self.table}"


def guards(vendor: str) -> list[Guard]:
    """Every trigger which a database of this kind (`sqlite`, `postgresql`) must have."""
    wanted = [Guard(table, statement, ONLY_ADDED) for table in ADDED for statement in ("UPDATE", "DELETE")]
    wanted += [Guard(table, "DELETE", NEVER_DELETED) for table in KEPT]
    wanted += [Guard("treatment", "UPDATE", SIGNED, "signed")]
    for table in PARTS:
        statements = ("INSERT",) if table in ADDED else ("INSERT", "UPDATE")
        wanted += [Guard(table, statement, SIGNED, "part") for statement in statements]
    wanted += [Guard("countersignature", "INSERT", SIGNED, "countersignature")]
    if vendor == "sqlite":
        # INSERT OR REPLACE removes the old row without a delete trigger where recursive_triggers is off
        wanted += [Guard(table, "INSERT", NOT_TWICE, "twice") for table in TRAIL]
    else:
        wanted += [Guard(table, "TRUNCATE", ONLY_ADDED) for table in ADDED]
        wanted += [Guard(table, "TRUNCATE", NEVER_DELETED) for table in KEPT]
    return wanted


# --- SQLite -------------------------------------------------------------------------------------------
def _sqlite(guard: Guard) -> str:
    rows = ("NEW",) if guard.statement == "INSERT" else ("OLD", "NEW")
    treatments = ", ".join(f"{row}.treatment_id" for row in rows)
    key = "position" if guard.table == "trailseal" else "id"
    when = {
        "always": "",
        "signed": "WHEN OLD.signed_at IS NOT NULL ",
        "part": f"WHEN EXISTS (SELECT 1 FROM clinic_treatment t WHERE t.id IN ({treatments}) "  # noqa: S608
        "AND t.signed_at IS NOT NULL) ",
        "countersignature": "WHEN EXISTS (SELECT 1 FROM clinic_dayconsent d JOIN clinic_treatment t "
        "ON t.id = d.treatment_id WHERE d.id = NEW.day_id AND t.signed_at IS NOT NULL) ",
        "twice": f"WHEN EXISTS (SELECT 1 FROM {guard.full_table} r WHERE r.{key} = NEW.{key}) ",  # noqa: S608
    }[guard.kind]
    return (
        f'CREATE TRIGGER "{guard.name}" BEFORE {guard.statement} ON "{guard.full_table}" FOR EACH ROW {when}'
        f"BEGIN SELECT RAISE(ABORT, '{guard.says}'); END"
    )


# --- PostgreSQL ---------------------------------------------------------------------------------------
# The share lock on the treatment makes a late part wait for a signature that is being written.
FUNCTIONS = {
    "needlework_refuse": """
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END""",
    "needlework_refuse_part": """
DECLARE
    signed boolean;
BEGIN
    FOR signed IN
        SELECT t.signed_at IS NOT NULL FROM clinic_treatment t
        WHERE t.id IN (OLD.treatment_id, NEW.treatment_id) FOR SHARE
    LOOP
        IF signed THEN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END""",
    "needlework_refuse_countersignature": """
DECLARE
    signed boolean;
BEGIN
    FOR signed IN
        SELECT t.signed_at IS NOT NULL FROM clinic_dayconsent d JOIN clinic_treatment t
        ON t.id = d.treatment_id WHERE d.id = NEW.day_id FOR SHARE OF t
    LOOP
        IF signed THEN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END""",
}


def _postgresql(guard: Guard) -> str:
    calls = {"part": "needlework_refuse_part", "countersignature": "needlework_refuse_countersignature"}
    function = calls.get(guard.kind, "needlework_refuse")
    when = "WHEN (OLD.signed_at IS NOT NULL) " if guard.kind == "signed" else ""
    each = "STATEMENT" if guard.statement == "TRUNCATE" else "ROW"
    return (
        f'CREATE TRIGGER "{guard.name}" BEFORE {guard.statement} ON "{guard.full_table}" FOR EACH {each} {when}'
        f"EXECUTE FUNCTION {function}('{guard.says}')"
    )


# --- Both ---------------------------------------------------------------------------------------------
def _found(connection: Any) -> dict[str, tuple[str, str]]:
    """What is in place: name of the trigger, its table, and its text (`off` for a disabled one)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%'"
            )
            return {name: (table, sql) for name, table, sql in cursor.fetchall()}
        cursor.execute(
            "SELECT t.tgname, c.relname, CASE WHEN t.tgenabled IN ('O', 'A')"
            " THEN pg_get_triggerdef(t.oid) || p.prosrc ELSE 'off' END"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard%' AND n.nspname = current_schema()"
        )
        return {name: (table, text) for name, table, text in cursor.fetchall()}


def _stands(connection: Any, guard: Guard, found: dict[str, tuple[str, str]]) -> bool:
    if guard.name not in found:
        return False
    table, text = found[guard.name]
    if table != guard.full_table:
        return False
    if connection.vendor == "sqlite":
        return text == _sqlite(guard)
    # PostgreSQL gives the definition back in its own spelling, so its parts are compared
    wanted = _postgresql(guard)
    function = wanted.split("EXECUTE FUNCTION ")[1].split("(")[0]
    return (
        f"BEFORE {guard.statement} ON " in text
        and f"{function}('{guard.says}')" in text
        and text.endswith(FUNCTIONS[function])
        and ("WHEN (" in text) == ("WHEN (" in wanted)
    )


def missing(connection: Any) -> list[str]:
    """The triggers which are not in place, or not as written here. Empty when all is well."""
    found = _found(connection)
    return [guard.name for guard in guards(connection.vendor) if not _stands(connection, guard, found)]


def install(connection: Any) -> list[str]:
    """Put every trigger in place whose table exists. Returns the names of those that were missing."""
    found = _found(connection)
    tables = set(connection.introspection.table_names())
    put: list[str] = []
    wanted = [guard for guard in guards(connection.vendor) if guard.full_table in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and wanted:
            for name, body in FUNCTIONS.items():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$"
                )
            found = _found(connection)
        for guard in wanted:
            if _stands(connection, guard, found):
                continue
            on = f' ON "{found[guard.name][0]}"' if guard.name in found else ""
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"')
                cursor.execute(_sqlite(guard))
            else:
                if on:
                    cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')
                cursor.execute(_postgresql(guard))
            put.append(guard.name)
    return put


def remove(connection: Any) -> None:
    """Take all of them away: for a migration that rebuilds tables, for a restore, for a test's clean-up."""
    with connection.cursor() as cursor:
        for name, (table, _) in _found(connection).items():
            on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
            cursor.execute(f'DROP TRIGGER "{name}"{on}')


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """A while without triggers. They are back afterwards, whatever happened."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)
