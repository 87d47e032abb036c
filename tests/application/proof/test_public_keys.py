"""Public keys: every one of a file counts, each for its own log and sizes, and an ended one signs nothing more."""

from __future__ import annotations

import base64

import pytest

from application.proof.merkle import EMPTY_ROOT
from application.proof.notes import BadNote, Checkpoint, SigningKey, VerifierKey, open_note, to_pem
from application.proof.public_keys import (
    PublicKey,
    narrowed,
    open_checkpoint,
    open_key_list,
    open_signed,
    read_public_keys,
    sign_key_list,
    to_pem_file,
)
from tests.application.proof.conftest import KEY, NEXT_KEY

LOG = "parentalite.log/example"
KEYS = [PublicKey(KEY.public, 0, 10), PublicKey(NEXT_KEY.public, 11)]
NAMED = [PublicKey(KEY.public, 0, 10, LOG), PublicKey(NEXT_KEY.public, 11, None, LOG)]


def checkpoint(size: int, key: SigningKey, name: str = LOG, under: str | None = None) -> str:
    return key.sign(Checkpoint(name, size, EMPTY_ROOT).text, under or name)


def test_the_verifier_key_of_the_specification_verifies_its_note():
    text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    key = VerifierKey.parse(text)
    assert (str(key), key.name) == (text, "example.com/foo")
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = f"This is an example message.\n\n— example.com/foo {signature}\n"
    assert open_note(note, [key.public], "example.com/foo")[0] == "This is an example message.\n"


@pytest.mark.parametrize(
    "spoilt",
    [
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fou+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+" + base64.b64encode(b"\6" + bytes(32)).decode(),
        "no key",
    ],
)
def test_what_is_no_verifier_key_is_refused(spoilt: str):
    with pytest.raises(BadNote, match="not a verifier key"):
        VerifierKey.parse(spoilt)


def test_every_key_of_a_file_counts_in_each_form():
    assert [key.public_key for key in read_public_keys(to_pem(KEY.public) + to_pem(NEXT_KEY.public))] == [
        *(KEY.public, NEXT_KEY.public)
    ]
    assert read_public_keys(to_pem_file(KEYS, LOG)) == NAMED
    assert read_public_keys(sign_key_list(KEYS, NEXT_KEY, LOG)) == NAMED
    lines = f"{KEYS[0].verifier_key(LOG)}\n{KEYS[1].verifier_key(LOG)}\n"
    assert [(key.public_key, key.name) for key in read_public_keys(lines)] == [
        *((KEY.public, LOG), (NEXT_KEY.public, LOG))
    ]


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PUBLIC KEY-----\n", to_pem(KEY.public)[:-30]])
def test_a_file_without_a_key_is_refused(text: str):
    with pytest.raises(BadNote):
        read_public_keys(text)


def test_a_file_with_something_else_beside_a_key_is_refused_whole():
    with pytest.raises(BadNote):
        read_public_keys(to_pem(KEY.public) + "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")


def test_the_key_of_a_witness_is_no_key_of_a_log():
    with pytest.raises(BadNote, match="witness"):
        read_public_keys(str(VerifierKey("witness.example/w", KEY.public, b"\4")))


def test_a_key_signs_up_to_its_end_and_its_successor_from_there():
    assert open_checkpoint(checkpoint(10, KEY), NAMED)[0].size == 10
    assert open_checkpoint(checkpoint(11, NEXT_KEY), NAMED)[0].size == 11
    for size, key in ((11, KEY), (10, NEXT_KEY)):
        with pytest.raises(BadNote, match=rf"size {size} is signed by a key that began"):
            open_checkpoint(checkpoint(size, key), NAMED)


def test_a_checkpoint_under_another_name_than_its_first_line_is_refused():
    with pytest.raises(BadNote, match="signed under another name"):
        open_checkpoint(checkpoint(10, KEY, LOG, "staging.log/x"), KEYS)


def test_another_log_under_the_same_key_is_refused_where_the_name_is_given():
    foreign = checkpoint(10, KEY, "staging.log/x")
    assert open_checkpoint(foreign, KEYS)[0].origin == "staging.log/x"
    with pytest.raises(BadNote, match=r"of another log: it says staging\.log/x"):
        open_checkpoint(foreign, NAMED)
    with pytest.raises(BadNote, match="another name"):
        open_signed(KEY.sign("manifest\n", "staging.log/x"), NAMED, LOG)


def test_a_list_of_keys_is_believed_on_its_last_key_alone():
    honest = sign_key_list(KEYS, NEXT_KEY, LOG)
    assert open_key_list(honest, KEYS) == NAMED
    with pytest.raises(BadNote, match="unknown key"):
        open_key_list(honest, KEYS[:1])
    with pytest.raises(BadNote, match="not signed by the last key"):
        open_key_list(sign_key_list(KEYS, KEY, LOG), KEYS)


def test_a_list_narrows_what_a_bare_key_may_sign_and_adds_none():
    bare = [PublicKey(KEY.public)]
    assert narrowed(bare, NAMED) == [NAMED[0]]
    with pytest.raises(BadNote, match="ended at size 10"):
        open_checkpoint(checkpoint(11, KEY), narrowed(bare, NAMED))
    assert narrowed([PublicKey(KEY.public, 0, 5)], NAMED)[0].until_size == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("0 10 ", "0 11 "),
        lambda text: text.replace("11 - ", "11 12 "),
        lambda text: text.replace("11 - ", "011 - "),
        lambda text: text.replace(LOG, "parentalite.log/other", 1),
        lambda text: text.replace("parentalite-keys/1", "parentalite-keys/2"),
    ],
)
def test_a_list_whose_sizes_or_names_do_not_follow_each_other_is_refused(spoil):
    text = spoil(sign_key_list(KEYS, NEXT_KEY, LOG).split("\n\n")[0] + "\n")
    with pytest.raises(BadNote):
        open_key_list(NEXT_KEY.sign(text, LOG), KEYS)


def test_a_key_that_was_replaced_before_it_signed_anything_is_in_no_list():
    unused = PublicKey(b"u" * 32, 11, 10)
    assert read_public_keys(sign_key_list([KEYS[0], unused, KEYS[1]], NEXT_KEY, LOG)) == NAMED
