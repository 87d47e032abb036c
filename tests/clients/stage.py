"""What the story of the clients begins with, and how it must go, whoever lives it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.support.papers.sheets import SCAN
from tests.support.people import STRUCTURE, STRUCTURE_ID, People

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "graphql" / "schema.graphql"
#: Titles of the animations with their beginnings. The first is over when the story begins.
PROGRAMME = {
    "Atelier du matin": "2027-03-15T10:00:00+01:00",
    "Café des parents": "2027-05-10T18:00:00+02:00",
    "Soirée jeux": "2027-06-14T19:00:00+02:00",
}
SECONDS = 120


@dataclass(frozen=True)
class Beginning:
    """What a client is told: where the server is, who it is, and what has happened so far."""

    address: str
    token: str
    structure: str
    past: str
    coming: str
    head: int
    #: The scan of the signed sheet, in base64.
    sheet: str

    def text(self) -> str:
        return json.dumps(asdict(self))


def prepare(people: People) -> Beginning:
    """A structure with its convention, and three published animations of which one is over."""
    people.sign()
    animations = []
    for title, start in PROGRAMME.items():
        animations.append(people.declare(title=title, startsAt=start, endsAt=start.replace("0:00+", "1:00+")))
        people.publish(animations[-1])
    people.server.clock.now = people.server.clock.now.replace(month=4)
    return Beginning(
        address=people.server.address,
        token=STRUCTURE,
        structure=STRUCTURE_ID,
        past=animations[0],
        coming=animations[1],
        head=people.server.log_head(),
        sheet=base64.b64encode(SCAN).decode(),
    )


def expected() -> dict[str, Any]:
    """The diary of a client for which everything goes as it should."""
    diary: dict[str, Any] = json.loads((HERE / "story" / "expected.json").read_text())
    diary["sheet"]["sha256"] = hashlib.sha256(SCAN).hexdigest()
    return diary


def story(folder: Path, *names: str) -> Path:
    """The folder, with the story's documents and these files or folders of ours."""
    for name in ("story", *names):
        copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
        copy(HERE / name, folder / name)
    return folder


def project(folder: Path, packages: Path, *names: str) -> Path:
    """As `story`, for Node: beside the packages that it uses."""
    (folder / "node_modules").symlink_to(packages / "node_modules")
    return story(folder, "package.json", *names)


def run(command: Sequence[str], folder: Path, text: str = "", seconds: float = SECONDS) -> str:
    """What it prints. Fails with all that it says, or when it takes too long."""
    done = subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def diary(command: Sequence[str], folder: Path, beginning: Beginning) -> dict[str, Any]:
    """What a client lived, by its own account."""
    written: dict[str, Any] = json.loads(run(command, folder, beginning.text()))
    return written
