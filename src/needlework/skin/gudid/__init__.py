"""Public device records (GUDID, openFDA, AccessGUDID) as files: each identifier judged, and what the record states.

Tables come with commas, semicolons, tabs or bars and the column names of any of the public downloads; JSON as one record,
a list, one per line, inside `results`, or as it is made from the register's XML. Liberal about names, strict about facts:
an identifier whose check digit is wrong is refused, and what a record does not say stays unknown. No public record states
the geometry of needles.
"""

from needlework.skin.gudid.names import RecordsNotReadable
from needlework.skin.gudid.records import LARGEST, Kind, Read, Record, Refused, read

__all__ = ["LARGEST", "Kind", "Read", "Record", "RecordsNotReadable", "Refused", "read"]
