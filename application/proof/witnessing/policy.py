"""Policies: which logs and witnesses are believed, and how many must have cosigned. https://c2sp.org/tlog-policy"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from application.proof.notes import COSIGNATURE, ED25519, BadNote, Checkpoint, VerifierKey
from application.proof.public_keys import PublicKey, open_checkpoint
from application.proof.witnessing.cosignatures import Cosignature, cosignatures

NONE = "none"
_MOST_LINES = 1_000
_NOT_ADMITTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class BadPolicy(Exception):
    """Raised when a text is no policy; the message names the line."""


@dataclass(frozen=True, slots=True)
class Witness:
    """`name` is used within the policy alone; the key has the name that it signs under."""

    name: str
    key: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """`groups`: how many of which names. `quorum`: the name that must have witnessed, or none."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str

    def is_met(self, cosigned: Sequence[Cosignature]) -> bool:
        keys = {cosignature.witness for cosignature in cosigned}
        return self.quorum == NONE or self._witnessed(self.quorum, keys)

    def _witnessed(self, name: str, keys: set[VerifierKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in keys
        needed, members = self.groups[name]
        return sum(self._witnessed(member, keys) for member in members) >= needed

    def cosigned(self, note: str) -> list[Cosignature]:
        """Return the valid cosignatures of the policy's witnesses. Raises BadNote."""
        return cosignatures(note, [witness.key for witness in self.witnesses.values()])

    def check(self, note: str, keys: Sequence[PublicKey] = ()) -> tuple[Checkpoint, list[Cosignature]]:
        """Return the checkpoint of a note that satisfies the policy, and its cosignatures. Raises BadNote.

        `keys`: those of the log, where the policy lists none.
        """
        logs = [PublicKey(key.public, name=key.name) for key in self.logs]
        checkpoint, _ = open_checkpoint(note, logs or keys)
        cosigned = self.cosigned(note)
        if not self.is_met(cosigned):
            names = ", ".join(cosignature.witness.name for cosignature in cosigned) or "nobody"
            raise BadNote(f"the quorum {self.quorum} is not met: cosigned by {names}")
        return checkpoint, cosigned


@dataclass(slots=True)
class _Reading:
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorum: str | None = None

    def read(self, words: Sequence[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self._log(key)
            case ["witness", name, key]:
                self._witness(name, key, None)
            case ["witness", name, key, url]:
                self._witness(name, key, url)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name] if self.quorum is None:
                if name != NONE and name not in self._names():
                    raise BadPolicy(f"the quorum {name} is defined on no line before")
                self.quorum = name
            case ["quorum", _]:
                raise BadPolicy("there is a quorum already")
            case _:
                raise BadPolicy("log, witness, group or quorum is needed, with its parts")

    def _names(self) -> set[str]:
        return {*self.witnesses, *self.groups}

    def _log(self, text: str) -> None:
        key = VerifierKey.parse(text)
        if key.kind != ED25519:
            raise BadPolicy(f"{key.name} is the key of a witness, not of a log")
        if any(key.public == other.public for other in self.logs):
            raise BadPolicy("this log's key is listed twice")
        self.logs.append(key)

    def _witness(self, name: str, text: str, url: str | None) -> None:
        key = VerifierKey.parse(text)
        if key.kind != COSIGNATURE:
            raise BadPolicy(f"{key.name} is the key of a log, not of a witness")
        self._check_new(name)
        if any(key.public == other.key.public for other in self.witnesses.values()):
            raise BadPolicy("this witness's key is listed twice")
        self.witnesses[name] = Witness(name, key, url)

    def _group(self, name: str, threshold: str, members: Sequence[str]) -> None:
        self._check_new(name)
        for member in members:
            if member not in self._names():
                raise BadPolicy(f"{member} is defined on no line before")
            if member in self.members:
                raise BadPolicy(f"{member} is a member already")
            self.members.add(member)
        needed = {"any": 1, "all": len(members)}.get(threshold)
        if needed is None:
            if not re.fullmatch("[1-9][0-9]{0,3}", threshold) or int(threshold) > len(members):
                raise BadPolicy(f"all, any, or a number from 1 to {len(members)} is needed, not {threshold}")
            needed = int(threshold)
        self.groups[name] = (needed, tuple(members))

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self._names():
            raise BadPolicy(f"the name {name} is taken")


def read_policy(text: str) -> Policy:
    """Raises BadPolicy, naming the line."""
    reading = _Reading()
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        raise BadPolicy(f"no policy has more than {_MOST_LINES} lines")
    for number, line in enumerate(lines, 1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            if _NOT_ADMITTED.search(line):
                raise BadPolicy("it holds control characters")
            reading.read(words)
        except (BadPolicy, BadNote) as bad:
            raise BadPolicy(f"line {number}: {bad}") from None
    if reading.quorum is None:
        raise BadPolicy("there is no quorum line")
    return Policy(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)
