"""How fast and how truly labels are read: `python bench/udi.py [STRINGS]`, result in `build/bench/udi.json`.

Makes legal GS1 strings from a seed (1 000 000 unless said otherwise), any element of the dictionary in any order, reads
each, writes it again and compares byte for byte. Then times reading alone, on one core, for the labels of devices and
for all kinds of strings.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.factories import labels  # noqa: E402

from needlework.skin import udi  # noqa: E402

SEED = 20261124
ON = date(2026, 11, 24)
GOAL_PER_S = 20_000


def round_trips(count: int) -> dict[str, object]:
    """Reads and writes again `count` strings; the first that differs is named."""
    dice = random.Random(SEED)
    seen: set[str] = set()
    characters = 0
    for number in range(count):
        made = labels.make(dice)
        scanner = dice.choice(labels.SCANNERS if "01" in made else labels.SCANNERS[:-1])
        text = labels.as_scanned(made, scanner)
        label = udi.parse(text, on=ON, separators_kept=True)
        again = udi.element_string(label.elements)
        if (
            scanner + (again.replace("\x1d", "^") if scanner == "^" else again) != text
            or label.elements != made
        ):
            return {"strings": number, "all_equal": False, "first_different": text}
        seen |= made.keys()
        characters += len(text)
    return {"strings": count, "all_equal": True, "elements_seen": len(seen), "characters": characters}


def device_labels(count: int) -> list[str]:
    """What a clinic scans: product, expiry, lot and often a serial number."""
    dice = random.Random(SEED)
    made = []
    for _ in range(count):
        ais = ["01", "17", "10", *(["21"] if dice.random() < 0.5 else [])]
        made.append(labels.as_scanned({ai: labels.value(dice, ai) for ai in ais}, "]d2"))
    return made


def any_strings(count: int) -> list[str]:
    dice = random.Random(SEED + 1)
    return [labels.as_scanned(labels.make(dice), "]d2") for _ in range(count)]


def per_second(read: Callable[[str], object], texts: Sequence[str], *, rounds: int = 5) -> float:
    """How many texts are read in a second of one core, whatever else runs on the machine: the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for text in texts:
            read(text)
        best = max(best, len(texts) / (time.process_time() - begun))
    return round(best)


def main(count: int) -> int:
    begun = time.perf_counter()
    trips = round_trips(count)

    def read(text: str) -> object:
        return udi.parse(text, on=ON, separators_kept=True)

    device, anything = per_second(read, device_labels(20_000)), per_second(read, any_strings(20_000))
    result = {
        "seed": SEED,
        "round_trips": trips,
        "round_trips_took_s": round(time.perf_counter() - begun, 1),
        "goal_per_s": GOAL_PER_S,
        "device_labels_per_s": device,
        "any_strings_per_s": anything,
    }
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "udi.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0 if trips["all_equal"] and min(device, anything) >= GOAL_PER_S else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
