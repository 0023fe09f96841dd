"""Makes `gs1_elements.csv` from the GS1 Barcode Syntax Dictionary.

    python src/needlework/skin/data/make_gs1_elements.py gs1-syntax-dictionary.txt

The dictionary is published by GS1 AISBL under the Apache Licence 2.0 (see NOTICE beside this file). Every element
becomes one row, ranges are spelt out, and nothing is left away but the comments and the columns of spaces.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "ai",
    "title",
    "fixed",
    "parts",
    "requires",
    "excludes",
    "link_key",
    "link_qualifiers",
    "link_attribute",
    "source",
)
LINE = re.compile(r"(?P<first>\d{2,4})(-(?P<last>\d{2,4}))?\s+(?P<rest>.*)")
PART = re.compile(r"\[?[NXYZ](\.\.)?\d+\]?(,[a-z0-9]+)*")


def rows(dictionary: str) -> Iterator[tuple[str, ...]]:
    """The rows of the table, in the order of the dictionary."""
    for line in dictionary.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        rest, _, title = match["rest"].partition(" # ")
        flags, parts, attributes = "", [], []
        for word in rest.split():
            if PART.fullmatch(word):
                parts.append(word)
            elif set(word) <= {"*", "?"}:
                flags = word
            else:
                attributes.append(word)
        named = [tuple(attribute.partition("=")[::2]) for attribute in attributes]
        if not {name for name, _ in named} <= {"req", "ex", "dlpkey"}:
            raise ValueError(f"An attribute is not known: {line}")
        for number in range(int(match["first"]), int(match["last"] or match["first"]) + 1):
            yield (
                str(number).zfill(len(match["first"])),
                title.strip(),
                "yes" if "*" in flags else "no",
                " ".join(parts),
                " ".join(value for name, value in named if name == "req"),
                ",".join(value for name, value in named if name == "ex"),
                "yes" if any(name == "dlpkey" for name, _ in named) else "no",
                "|".join(value for name, value in named if name == "dlpkey" and value),
                "yes" if "?" in flags else "no",
                "gs1-syntax-dictionary",
            )


if __name__ == "__main__":
    table = Path(__file__).with_name("gs1_elements.csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows(Path(sys.argv[1]).read_text(encoding="utf-8")))
