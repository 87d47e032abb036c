"""The log's public keys: which sizes each may sign, as a signed list, as PEM, as verifier keys, and as files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from application.proof.notes import (
    ED25519,
    BadNote,
    Checkpoint,
    SigningKey,
    VerifierKey,
    from_pem,
    open_note,
    parse_checkpoint,
    split_note,
    to_pem,
)

IN_USE = "checkpoint.pub.pem"
_EARLIER = "checkpoint-{}.pub.pem"

#: First line of a signed list of keys.
HEADER = "parentalite-keys/1"
_PEM = re.compile(r"(?P<text>(?:(?!-----BEGIN).)*)(?P<block>-----BEGIN.*?-----END[^\n]*-----)", re.DOTALL)
_FACT = re.compile(r"^(log|since size|until size): (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key and the tree sizes it may sign: from `since_size` to `until_size`, if it has ended.

    `name` is that of the log it signs for; None where that is unknown, as in a bare PEM.
    """

    public_key: bytes
    since_size: int = 0
    until_size: int | None = None
    name: str | None = None

    def may_sign(self, size: int) -> bool:
        return self.since_size <= size and (self.until_size is None or size <= self.until_size)

    def ended_before(self, size: int) -> bool:
        """Return whether a later key had taken its place when the tree had this size."""
        return self.until_size is not None and self.until_size < size

    @property
    def signs_any(self) -> bool:
        """Return whether there is a size it may sign: a key can be replaced before it signed anything."""
        return self.until_size is None or self.until_size >= max(1, self.since_size)

    def verifier_key(self, name: str) -> str:
        return str(VerifierKey(name, self.public_key))


def open_signed(note: str, keys: Sequence[PublicKey], name: str) -> tuple[str, PublicKey]:
    """Return the text of a note that one of these keys signed under this log's name, and the key. Raises BadNote."""
    ours = {key.public_key: key for key in keys if key.name in (None, name)}
    if keys and not ours:
        names = ", ".join(sorted({str(key.name) for key in keys}))
        raise BadNote(f"of another log: it says {name}, and the keys given are those of {names}")
    text, public = open_note(note, ours, name)
    return text, ours[public]


def open_checkpoint(note: str, keys: Sequence[PublicKey]) -> tuple[Checkpoint, PublicKey]:
    """Return the checkpoint of a note, signed under its own first line by a key that might sign that size.

    Raises BadNote.
    """
    checkpoint = parse_checkpoint(split_note(note)[0])
    _, key = open_signed(note, keys, checkpoint.origin)
    if not key.may_sign(checkpoint.size):
        raise BadNote(f"size {checkpoint.size} is signed by a key that {_span(key)}")
    return checkpoint, key


def _span(key: PublicKey) -> str:
    until = "" if key.until_size is None else f" and ended at size {key.until_size}"
    return f"began at size {key.since_size}{until}"


def sign_key_list(keys: Sequence[PublicKey], key: SigningKey, name: str) -> str:
    """Return the signed list of a log's keys, oldest first: the signer's word for how long each may sign."""
    lines = [HEADER, name]
    for listed in (key for key in keys if key.signs_any):
        until = "-" if listed.until_size is None else str(listed.until_size)
        lines.append(f"{listed.since_size} {until} {listed.verifier_key(name)}")
    return key.sign("\n".join(lines) + "\n", name)


def open_key_list(note: str, trusted: Sequence[PublicKey]) -> list[PublicKey]:
    """Return the keys of a signed list. Raises BadNote unless its last key, trusted here, signed it.

    An ended key cannot vouch for the list: it would leave its own end out.
    """
    keys = parse_key_list(split_note(note)[0])
    _, signer = open_signed(note, trusted, str(keys[-1].name))
    if signer.public_key != keys[-1].public_key:
        raise BadNote("the list of keys is not signed by the last key that it names")
    return keys


def narrowed(trusted: Sequence[PublicKey], listed: Sequence[PublicKey]) -> list[PublicKey]:
    """Return the trusted keys, each with no more sizes than the list leaves it. A list adds no key."""
    spans = {key.public_key: key for key in listed}
    return [_narrow(key, spans[key.public_key]) if key.public_key in spans else key for key in trusted]


def _narrow(key: PublicKey, listed: PublicKey) -> PublicKey:
    ends = [end for end in (key.until_size, listed.until_size) if end is not None]
    since = max(key.since_size, listed.since_size)
    return replace(key, since_size=since, until_size=min(ends, default=None), name=key.name or listed.name)


def parse_key_list(text: str) -> list[PublicKey]:
    """Return the keys of a list's text, whoever signed it. Raises BadNote if it is none, or its sizes overlap."""
    header, *rest = text.removesuffix("\n").split("\n")
    if header != HEADER or len(rest) < 2:
        raise BadNote(f"not a list of keys: it begins with {HEADER}, the log's name, and a line for each key")
    name, *lines = rest
    keys = [_listed(line, name) for line in lines]
    for before, after in pairwise(keys):
        if before.until_size is None or after.since_size <= before.until_size:
            raise BadNote("not a list of keys: each begins where the one before has ended")
    if keys[-1].until_size is not None:
        raise BadNote("not a list of keys: the last one, which is in use, has no end")
    return keys


def _listed(line: str, name: str) -> PublicKey:
    match = re.fullmatch(r"(0|[1-9][0-9]{0,17}) (-|0|[1-9][0-9]{0,17}) (\S+)", line)
    if match is None:
        raise BadNote("not a list of keys: a line holds the first size, the last one or -, and the verifier key")
    since, until, text = match.groups()
    key = VerifierKey.parse(text)
    if key.name != name or key.kind != ED25519:
        raise BadNote("not a list of keys: a key in it is not one that signs for this log")
    return PublicKey(key.public, int(since), None if until == "-" else int(until), name)


def to_pem_file(keys: Iterable[PublicKey], name: str | None) -> str:
    """Return the keys in PEM, each after lines that say whose it is and which sizes it may sign (RFC 7468)."""
    return "".join(_pem_with_facts(key, name) for key in keys if key.signs_any)


def _pem_with_facts(key: PublicKey, name: str | None) -> str:
    facts = [f"log: {name}\n"] if name else []
    facts += [f"since size: {key.since_size}\n"]
    facts += [f"until size: {key.until_size}\n"] if key.until_size is not None else []
    return "".join(facts) + to_pem(key.public_key)


def read_public_keys(text: str) -> list[PublicKey]:
    """Return every key of a text: PEM, however many blocks, verifier keys a line each, or a signed list.

    Raises BadNote if it holds none, or anything that is no key. The text itself is trusted: a list in it, too.
    """
    if text.startswith(HEADER):
        keys = parse_key_list(split_note(text)[0])
        open_key_list(text, keys)
        return keys
    if "-----BEGIN" in text:
        return list(_pem_blocks(text))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines and all("+" in line for line in lines):
        return [_log_key(VerifierKey.parse(line)) for line in lines]
    raise BadNote(
        "no public key: PEM, which begins with -----BEGIN PUBLIC KEY-----, a verifier key NAME+HEXID+BASE64, or the "
        "signed list at /keys is needed"
    )


def _log_key(key: VerifierKey) -> PublicKey:
    if key.kind != ED25519:
        raise BadNote(f"the verifier key of {key.name} is that of a witness: it signs no log")
    return PublicKey(key.public, name=key.name)


def _pem_blocks(text: str) -> Iterator[PublicKey]:
    blocks = list(_PEM.finditer(text))
    if len(blocks) != text.count("-----BEGIN"):
        raise BadNote("not a public key in PEM: a block of it does not end")
    for match in blocks:
        facts = dict(_FACT.findall(match["text"]))
        try:
            since, until = int(facts.get("since size", 0)), facts.get("until size")
            end = None if until is None else int(until)
        except ValueError:
            raise BadNote("a size beside a key in PEM is no number") from None
        yield PublicKey(from_pem(match["block"]), since, end, facts.get("log"))


def save_public_key(public: bytes, folder: Path) -> None:
    """Make the key the current one; rename the file of its predecessor after its fingerprint."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem, path = to_pem(public), folder / IN_USE
    if path.exists():
        before = path.read_text()
        if before == pem:
            return
        (folder / _EARLIER.format(sha256(before.encode()).hexdigest()[:16])).write_text(before)
    path.write_text(pem)


def list_public_keys(folder: Path) -> list[Path]:
    return sorted([*folder.glob(IN_USE), *folder.glob(_EARLIER.format("*"))])
