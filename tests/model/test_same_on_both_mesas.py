"""The little world gives the same bytes with Mesa 3.3 (Python 3.11) and with Mesa 3.5 (Python 3.12 on)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from little_world import ARMS, results

from sim.outcomes.registry import BY_NAME

DIGESTS = json.loads((Path(__file__).parents[1] / "data/little_world.json").read_text())


def digests() -> dict[str, dict[str, str]]:
    out = results()
    return {
        arm: {
            name: hashlib.sha256(
                np.ascontiguousarray(BY_NAME[name].encode(values[ARMS.index(arm)])).tobytes()
            ).hexdigest()[:16]
            for name, values in out.items()
        }
        for arm in ("lead_global", "lead_professional")
    }


def test_the_little_world_gives_the_bytes_that_are_written_down():
    ours = digests()
    differing = [
        f"{arm}: {name}" for arm, names in DIGESTS.items() for name in names if ours[arm][name] != names[name]
    ]
    assert differing == []
