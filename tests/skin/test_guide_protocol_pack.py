"""The guide to the protocol pack says what is true."""

import re
from pathlib import Path

from needlework.skin import packs

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "protocol-pack.md").read_text(
    encoding="utf-8"
)


def test_the_example_of_the_guide_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.S)
    exec(compile(example, "docs/guide/protocol-pack.md", "exec"), {})  # noqa: S102


def test_every_table_is_in_the_guide() -> None:
    assert [file for file, _row in packs.FILES.values() if f"`{file}`" not in GUIDE] == []


def test_every_research_row_the_guide_names_is_in_the_pack() -> None:
    known = set(packs.shipped().alternatives) | {
        code for rule in packs.shipped().rules.values() for code in rule.research
    }
    assert set(re.findall(r"CI\d{3}", GUIDE)) <= known
