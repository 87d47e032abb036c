"""A printed code is read however it is typed or pasted."""

from __future__ import annotations

import pytest

from application.commanding.signed_links import typed_code


@pytest.mark.parametrize(
    "typed",
    [
        *("7K3M-9QPD", " 7k3m 9qpd.", "7K3M9QPD"),
        *("Code : 7K3M-9QPD", "Votre code : 7k3m-9qpd", "Code de l'inscription\xa0: 7K3M-9QPD", "code=7K3M9QPD"),
        *("Code de votre billet 7K3M-9QPD", "Votre code est 7 K 3 M 9 Q P D.", "CODE 7K3M-9QPD"),
    ],
)
def test_a_code_that_is_pasted_with_its_label_is_read(typed: str) -> None:
    assert typed_code(typed) == "7K3M-9QPD"


def test_a_code_that_holds_the_word_of_its_label_is_read() -> None:
    assert (typed_code("code-2345"), typed_code("Code : code-2345")) == ("CODE-2345", "CODE-2345")


@pytest.mark.parametrize(
    "typed", ["", "Code :", "Code : 7K3M-9QP", "ABCD-EFGH-JKLM", "Billet : 7K3M-9QPD", "code" * 30]
)
def test_what_holds_no_code_is_none(typed: str) -> None:
    assert typed_code(typed) is None
