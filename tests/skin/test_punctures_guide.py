"""The guide to the needles holds: every example in it gives what it prints."""

import doctest
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "needles.md"


def test_every_example_in_the_guide_gives_what_it_prints() -> None:
    # A fence would be read as part of what an example prints, so each becomes an empty line.
    text = "\n".join("" if line.startswith("```") else line for line in GUIDE.read_text("utf-8").splitlines())
    example = doctest.DocTestParser().get_doctest(text, {}, "docs/guide/needles.md", str(GUIDE), 0)
    assert len(example.examples) > 40
    said: list[str] = []
    doctest.DocTestRunner().run(example, out=said.append)
    assert not said, "".join(said)


def test_the_needles_need_no_framework_and_no_settings() -> None:
    script = (
        "import sys; from needlework.skin import depth, devices, punctures; "
        "depth.skin_of('forehead', 'f'); devices.all(); sys.exit('django' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", script], check=False, cwd=GUIDE.parents[2] / "src", env={}
        ).returncode
        == 0
    )
