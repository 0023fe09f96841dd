"""A scanner shows that it leaves nothing out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.scans import check_scanner
from needlework.clinic.who import Actor


@transaction.atomic
def pass_scanner(*, sent: str, by: Actor, at: datetime) -> None:
    """Note that the scanner of this tablet sent the test code whole.

    Raises NotAllowed, ScannerDropsSeparator, NotTheTestCode.
    """
    check_may(by, Act.SEE_STOCK)
    check_scanner(sent)
    audit.record(Event.SCANNER_TESTED, by=by, at=at)
