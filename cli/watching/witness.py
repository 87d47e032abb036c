"""`parentalite witness`: a small witness, for somebody who pays on what a log says."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from application.hosting.kept_secrets import kept_or_made, make_key
from application.hosting.setting_values import decoded_key
from application.proof.notes import ED25519, BadNote, SigningKey, VerifierKey, is_key_name
from application.proof.witnessing.cosignatures import witness_key
from application.proof.witnessing.witness import WitnessServer, WitnessState
from cli.console import Refused, Stopped, note
from cli.options import Host
from cli.server.serving import address_of, take_address
from cli.watching.witness_http import serve_witness


def witness(
    name: Annotated[
        str, typer.Option("--name", help="The name it cosigns under, such as paierie.example.org/witness.")
    ],
    logs: Annotated[
        list[str],
        typer.Option("--log", help="Verifier key NAME+HEXID+BASE64 of a log (its site lists it at /keys). Repeatable."),
    ],
    state: Annotated[
        Path, typer.Option("--state", help="The file of the last tree of each log. Losing it lets a fork be cosigned.")
    ],
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="The file of its private key, made on first use. Default: FILE.key"),
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="The port to listen on.")] = 8_700,
) -> None:
    """Run a witness: cosign each tree of a log that continues the last one, and refuse forks and roll-backs.

    For whoever relies on a log and does not run it, a paying agent above all: run it on a machine of your own. The log
    asks it after each checkpoint (POST /add-checkpoint, C2SP tlog-witness), and its cosignatures are shown with the
    checkpoint. It needs no database and a few lines of state. Whoever holds the log's database and signing key still
    cannot show two histories: this witness cosigns one of them.

    Prints the line for a policy (C2SP tlog-policy), which the site takes as PARENTALITE_WITNESSES and everybody as
    `parentalite audit verify --policy FILE`. Add a quorum line to it.

    Example: parentalite witness --name paierie.example.org/w --log "$(curl -s SITE/keys | awk 'NR==3{print $3}')"
    --state witness.json
    """
    if not is_key_name(name):
        raise Refused(f"--name {name}: no spaces and no plus are admitted")
    keys = [_log_key(text) for text in logs]
    with ExitStack() as stack:
        try:
            witness_state = stack.enter_context(WitnessState.held(state))
            key = SigningKey.from_seed(_seed(key_file or state.with_name(f"{state.name}.key")))
        except (ValueError, OSError, BadNote) as error:
            raise Refused(f"--state {state}: {error}") from None
        listener = stack.enter_context(take_address(host, port))
        server = WitnessServer(name, key, keys, witness_state)
        address = address_of(listener)
        note(f"Witness of {', '.join(log.name for log in keys)} at {address}. Ctrl-C stops it. For a policy:")
        typer.echo(f"witness {_short(name)} {witness_key(name, key)} {address}")
        try:
            serve_witness(server, listener)
        except Stopped:
            note("Stopped.")


def _log_key(text: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(text.strip())
    except BadNote as bad:
        raise Refused(f"--log {text}: {bad}") from None
    if key.kind != ED25519:
        raise Refused(f"--log {text}: that is the key of a witness")
    return key


def _seed(path: Path) -> bytes:
    return decoded_key(str(kept_or_made(path, make_key)))


def _short(name: str) -> str:
    return name.replace("/", "-")
