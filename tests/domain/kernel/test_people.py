"""One address is one mailbox, one telephone one line, a name nothing but a name."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import create_model

from domain.kernel.errors import ErrorCode
from domain.kernel.people import (
    EmailAddress,
    Name,
    PersonName,
    Phone,
    comparison_form,
    phone_comparison_form,
    written_address,
)
from domain.kernel.validation import Address, Label, LongText, Reason, Subject
from tests.domain.kernel.test_validation_messages import accepted, attempt, problems

NOT_ONE_MAILBOX = (
    "=?utf-8?q?victime?=@example.org", "=?utf-8?b?dmljdGltZQ==?=@example.org", "a?b@example.org",
    "root,b@example.org", "b;c@example.org", "mailto:b@example.org", "<b@example.org>", "(c)b@example.org",
    "b@example.org,", "a:b;@example.org", "a%b@example.org", "a!b@example.org", "grp:b@example.org;.fr",
    "x:;@example.org",
    "a@[example.org", "a@[127.0.0.1]", '"a b"@example.org', "Léa <b@example.org>", "b@example.org (Léa)",
    "autre<b@example.org>",
    "b(1)@example.org", "b@example.org\nBcc: c@example.org", "b@exam\u202eple.org", "b@example..org",
    "b@-example.org", "b@localhost",
    ".b@example.org", "b.@example.org", "b@@example.org", "b@example.org b", "@example.org", "b@", "b",
    "josé@example.org",
    "b@example.org@example.com", "b\u200b@example.org", "b@exa\u0000mple.org",
)  # fmt: skip


def test_what_is_not_exactly_one_mailbox_is_refused_without_being_repeated():
    model, wrong = create_model("Form", value=(EmailAddress, ...)), []
    for typed in NOT_ONE_MAILBOX:
        kept, refused = attempt(model, {"value": typed})
        message = "; ".join(problem.message for problem in refused)
        if [(problem.code, problem.field) for problem in refused] != [(ErrorCode.INVALID, ("value",))]:
            wrong.append(f"{typed!r}: kept as {kept!r}, refused with {refused!r}")
        elif "attendue" not in message or typed in message:
            wrong.append(f"{typed!r}: {message}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("  Lea.Dupont+ecole@Example.ORG ", "Lea.Dupont+ecole@example.org"),
        ("a@école2.example.org", "a@xn--cole2-9ra.example.org"),
        ("a@e\u0301cole2.example.org", "a@xn--cole2-9ra.example.org"),
        ("a@XN--COLE2-9RA.example.org", "a@xn--cole2-9ra.example.org"),
        ("o'brien@exemple.fr", "o'brien@exemple.fr"),
        ("a@ｅxample.org", "a@example.org"),
    ],
)
def test_an_address_is_kept_in_one_written_form(typed, written):
    assert accepted(EmailAddress, typed) == written
    assert written_address(written) == written


def test_two_spellings_of_a_mailbox_compare_equal():
    spellings = ("a@école2.example.org", "A@XN--cole2-9ra.Example.org", " a@e\u0301cole2.example.org ")
    assert len({comparison_form(address) for address in spellings}) == 1
    assert comparison_form("a@example.org") != comparison_form("b@example.org")


def test_an_address_recorded_before_there_was_a_type_still_compares():
    assert comparison_form(" Root,B@Example.org") == comparison_form("root,b@example.org ")


@for_all(st.text(max_size=60))
def test_any_text_has_a_form_to_compare_and_that_form_is_stable(text):
    assert comparison_form(comparison_form(text)) == comparison_form(text)


@for_all(st.text(max_size=60) | st.builds(lambda a, b: f"{a}@{b}.fr", st.text(max_size=20), st.text(max_size=20)))
def test_whatever_is_taken_as_an_address_has_one_at_sign_and_no_sign_that_headers_know(text):
    try:
        address = accepted_address(text)
    except ValueError:
        return
    assert address.count("@") == 1
    assert address.isascii()
    assert not set(address) & set(' ,;:<>()[]"\\\r\n\t\0')


def accepted_address(text: str) -> str:
    return written_address(text.strip())


def test_an_address_longer_than_any_is_refused_before_it_is_looked_at():
    ((_, message),) = problems(EmailAddress, "a" * 900_000 + "@example.org")
    assert message == "value : 254 caractères au plus."


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("0612345678", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        ("06–12–34–56–78", "+33612345678"),
        ("06\u201112\u201134\u201156\u201178", "+33612345678"),
        ("06/12/34/56/78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("06 39 98 00 00", "+33639980000"),
        ("0590 20 34 56", "+590590203456"),
        ("+590690203456", "+590690203456"),
        ("0690203456", "+590690203456"),
        ("0696 20 12 34", "+596696201234"),
        ("0262 20 12 34", "+262262201234"),
        ("+32 470 12 34 56", "+32470123456"),
        ("０６１２３４５６７８", "+33612345678"),
    ],
)
def test_a_telephone_of_any_territory_or_country_is_known_by_one_form(typed, form):
    assert phone_comparison_form(accepted(Phone, typed)) == form


def test_a_telephone_is_kept_as_it_was_typed_in_plain_digits():
    assert accepted(Phone, " ０６ 12\u00a034  56 78 ") == "06 12 34 56 78"


@pytest.mark.parametrize(
    "typed", ["x", "06 12", "123456", "06 12 34 56 78 90 12", "++33612345678", "appelez-moi", "+999 12 34 56 78"]
)
def test_what_is_no_telephone_is_refused(typed):
    ((_, message),) = problems(Phone, typed)
    assert message.startswith("value : numéro de téléphone attendu")


@pytest.mark.parametrize(
    "name",
    [
        "Léa",
        "Jean-Pierre",
        "J.-P.",
        "O’Connor",
        "D'Artagnan",
        "N'Guyen Thị",
        "محمد",
        "Ólafur Jr.",
        "Prénom12",
        "Anne‑Lise",
        *(
            "Марʼяна",
            "O´Neil",
            "O`Neil",
            "D‘Arcy",
            "Ng'ang'a",
            "Kaʻahumanu",
            "Josefa (Pepa)",
            "Maria « Mia »",
            "King, Jr.",
        ),
        *("Марʼяна", "བཀྲ་ཤིས", "בן־דוד", "ג׳ורג׳", "Սարգիս֊Նարեկ", "マリア・テレサ", "Gal·la", "买买提·艾力"),
    ],
)
def test_names_of_people_pass(name):
    assert accepted(PersonName, name)


@pytest.mark.parametrize(
    "typed",
    [
        "Gagnez 1000 euros : http://site.example.org/x", "site.example.org", "www.site.fr",
        "Marie,\n\nVotre dossier", "a@b.fr",
        "Marie\u202e", "Marie\u200b", "Marie <b>", "06 12 34 56 78", "10000 euros", "Marie/Paul", "x" * 81,
        "---", "()", "Marie\ttab", "Marie 🎉", "Marie ❤", "marie@exemple.fr", "(site.fr)", "tel:Marie",
        "site。example。org", "＠", "site․example․org",
    ],
)  # fmt: skip
def test_what_reads_as_more_than_a_name_is_refused(typed):
    assert problems(PersonName, typed)


@pytest.mark.parametrize(
    "typed", ["École https://x.example", "www.example.fr", "Gagnez : site.example.org", "SITE.COM", "ｓｉｔｅ.com"]
)
def test_the_name_of_an_office_holds_no_address_of_a_site(typed):
    ((_, message),) = problems(Name, typed)
    assert "sans adresse de site" in message


@pytest.mark.parametrize("typed", ["École St.Joseph", "C.C.A.S. de Bourges", "Coordination 18", "M.J.C. n° 2 (Cher)"])
def test_names_of_offices_pass(typed):
    assert accepted(Name, typed) == typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(("Café\u202eruop", "U+202E"), ("Ca\u200bfé", "U+200B"), ("Ca\ufefffé", "U+FEFF"), ("a\u00adb", "U+00AD")),
        *(("a\u3164", "U+3164"), ("\u2800", "U+2800"), ("a\u034fb", "U+034F")),
    ],
)
def test_a_line_holds_no_character_that_cannot_be_seen(typed, code):
    ((_, message),) = problems(Label, typed)
    assert f"caractère invisible interdit ({code})" in message


@pytest.mark.parametrize("typed", ["a\nb", "a\rb", "a\tb", "a\r\nb"])
def test_a_line_is_one_line(typed):
    ((_, message),) = problems(Label, typed)
    assert "une seule ligne attendue" in message


def test_text_of_several_lines_never_changes_the_direction_of_others():
    for kind in (Reason, LongText):
        assert problems(kind, "a\u202eb")
        assert accepted(kind, "سلام\u200cها\n2") == "سلام\u200cها\n2"


def test_text_is_kept_in_one_normal_form():
    for kind in (Label, Reason, PersonName):
        assert accepted(kind, "Le\u0301a") == "L\u00e9a"


@pytest.mark.parametrize("kind", [EmailAddress, Phone, PersonName, Name])
def test_a_refused_value_is_never_repeated(kind):
    ((_, message),) = problems(kind, "secret://x")
    assert "secret" not in message


def test_the_lines_of_an_address_are_joined():
    assert accepted(Address, "1, rue Jules Ferry,\n34000 Montpellier\r\n") == "1, rue Jules Ferry, 34000 Montpellier"
    assert problems(Address, "1 rue\u202e Ferry")


def test_separators_of_lines_that_nobody_types_become_blanks():
    assert accepted(Label, "Café\u2028des\u2029parents") == "Café des parents"


@pytest.mark.parametrize("typed", ["jeanne martin", "jeanne\u00a0martin"])
def test_the_subject_of_a_binding_is_one_word(typed: str) -> None:
    (problem,) = problems(Subject, typed)
    assert problem[1].endswith("identifiant de connexion attendu en un seul mot, sans espace.")
    assert accepted(Subject, " anne@exemple.fr ") == "anne@exemple.fr"
