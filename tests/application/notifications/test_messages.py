"""What a mail program shows is what was written, whatever was written."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from socket import gethostname
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.notifications.composing import Draft
from application.notifications.letters import RenderedLetter
from application.notifications.messages import UnusableAddress, build_message
from demo.texts import TEXTS

SENDER = "Parentalité et Numérique <ne-pas-repondre@example.org>"
FRENCH = st.text(alphabet="abcdeéèàçœÉ  '’«»-:,.()!?=_\"\\@;<>\u00a0\u202f😀", max_size=200)


def _made(subject: str = "x", address: str = "p@example.org", sender: str = SENDER) -> bytes:
    return build_message(
        Draft(address, RenderedLetter(subject, "texte", "<p>texte</p>")), UUID(int=1), sender
    ).as_bytes()


def _subjects(made: bytes) -> tuple[str, str]:
    """As two decoders give it back."""
    old, new = message_from_bytes(made), message_from_bytes(made, policy=policy.default)
    return str(make_header(decode_header(old["Subject"]))), str(new["Subject"])


def _titles() -> list[str]:
    values: list[object] = [TEXTS.model_dump()]
    flat: list[str] = []
    while values:
        match values.pop():
            case str() as text:
                flat.append(text)
            case dict() as mapping:
                values += [*mapping.keys(), *mapping.values()]
            case list() | tuple() | frozenset() as many:
                values += list(many)
    return [" ".join(title.split())[:200] for title in flat]


@pytest.mark.parametrize(
    "title",
    [
        "Changement : Café des parents : Educonnect sur son téléphone (parents de primaire et de collège)",
        "Annulée : Café des parents : l'ordinateur prêté par la Région",
        "« Atelier : Educonnect sur son téléphone » est publiée.",
        "Votre inscription : Atelier : achats dans les jeux : fixer des règles",
        "=?utf-8?q?un?= mot qui semble codé",
        " deux  blancs ",
    ],
)
def test_a_subject_decodes_to_what_was_written(title):
    assert _subjects(_made(title)) == (title, title)


def test_every_text_of_the_demonstration_makes_a_subject_that_decodes_to_it():
    titles = _titles()
    assert len(titles) > 50
    for title in titles:
        for subject in (f"Votre inscription : {title}", f"« {title} » est publiée."):
            assert _subjects(_made(subject)) == (subject, subject)


@given(FRENCH)
def test_any_french_text_decodes_to_what_was_written_in_lines_of_78_characters(text):
    made = _made(text)
    assert _subjects(made) == (text, text)
    head = made.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) <= 78


@given(FRENCH.filter(lambda text: any(char.isalpha() for char in text)))
def test_the_senders_name_is_what_was_set(name):
    name = " ".join(name.replace('"', "").replace("\\", "").split())
    sender = f'"{name}" <ne-pas-repondre@example.org>'
    shown = str(make_header(decode_header(message_from_bytes(_made(sender=sender))["From"])))
    assert shown.replace('"', "").replace("\r\n", "") == f"{name} <ne-pas-repondre@example.org>".lstrip()


@pytest.mark.parametrize("subject", ["a\r\nBcc: b@example.org", "a\nb", "a\rb"])
def test_a_subject_is_one_line(subject):
    with pytest.raises(ValueError, match="one line"):
        _made(subject)


def test_a_domain_beyond_ascii_is_written_as_dns_has_it():
    assert b"To: a@xn--cole2-9ra.example.org\r\n" in _made(address="a@école2.example.org")


@pytest.mark.parametrize(
    "address",
    [
        *("root,b@example.org", "b;c@example.org", "mailto:b@example.org", "<b@example.org>", "(c)b@example.org"),
        *("b@example.org,", "grp:b@example.org;.fr", "x:;@example.org", "a@[example.org", "a@[.example.org"),
        *("a:b;@example.org", "a%b@example.org", "a@b@example.org", "a@example.org\nBcc: c@example.org", "", "a"),
        *("Zoé <b@example.org>", "a b@example.org", "\ud800@example.org", "a@example.org\x00"),
    ],
)
def test_what_is_not_one_mailbox_is_written_to_by_no_letter(address):
    with pytest.raises(UnusableAddress):
        _made(address=address)


def test_a_letter_is_known_by_its_id_at_the_domain_it_comes_from_whatever_the_machine_is_called():
    senders = (SENDER, "Autre nom <bonjour@ailleurs.example>", f"ne-pas-repondre@{gethostname() or 'x'}.example")
    letters = [
        message_from_bytes(_made(subject, f"{subject}@example.org", sender)) for subject in "ab" for sender in senders
    ]
    domains = [str(letter["From"]).strip(">").rpartition("@")[2] for letter in letters]
    assert len(set(domains)) == 3
    assert [letter["Message-ID"] for letter in letters] == [f"<{UUID(int=1)}@{domain}>" for domain in domains]
    draft = Draft("p@example.org", RenderedLetter("x", "texte", "<p>texte</p>"))
    assert build_message(draft, UUID(int=2), SENDER)["Message-ID"].startswith(f"<{UUID(int=2)}@")
