"""The guide to the library is run as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

from domain.animations.events import AnimationEnded
from eventstore.log import read_stream

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "eventsourcing-library.md"


def test_the_guide_reads_follows_and_appends(world, env, monkeypatch, capsys):
    animation_id = world.creates(title="Café des parents")
    world.publishes(animation_id)
    for name in ("DATABASE_URL", "PARENTALITE_MASTER_KEY", "PARENTALITE_EVENT_KEY"):
        monkeypatch.setenv(name, env[name])
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, object] = {"__name__": "guide"}
    for block in blocks:
        exec(compile(block.replace("timeout=5", "timeout=3"), str(GUIDE), "exec"), names)
    read, followed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d+ 2026-\S+ \S+ structure Café des parents PUBLISHED", read)
    assert followed == f"published {animation_id}"
    with world.app.pool.connection() as conn:
        assert read_stream(conn, animation_id)[-1].event == AnimationEnded()
