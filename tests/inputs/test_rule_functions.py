"""Rules that nothing calls are found by reading the sources."""

from __future__ import annotations

from sim.inputs.rule_functions import functions_nothing_calls

CHAPTER = """
def used(x):
    return _helper(x)

def _helper(x):
    return through(x)

def through(x):
    return x

def by_chapter(x):
    return x

def idle(x):
    return also_idle(x)

def also_idle(x):
    return x
"""
ROOM = """
from sim.policy import chapter as rules
from sim.policy.chapter import used as other

def settle(x):
    return other(rules.by_chapter(x))
"""


def test_what_is_called_directly_by_chapter_or_through_another_rule_runs(tmp_path):
    for name, text in {"policy/chapter.py": CHAPTER, "room.py": ROOM, "reference/plain.py": ""}.items():
        path = tmp_path / "sim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert functions_nothing_calls(tmp_path / "sim") == ["chapter.also_idle", "chapter.idle"]
    (tmp_path / "sim/reference/plain.py").write_text("from sim.policy.chapter import idle\nidle(1)\n")
    assert "chapter.idle" in functions_nothing_calls(tmp_path / "sim")


def test_corridors_and_stop_loss_act_and_the_medicaid_route_does_not():
    idle = functions_nothing_calls()
    assert "settlement.shared_amount" not in idle
    assert "settlement.corridor_share" not in idle
    assert "settlement.stop_loss_payout" not in idle
    assert "alignment.medicaid_aligned" in idle
