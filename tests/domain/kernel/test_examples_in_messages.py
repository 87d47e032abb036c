"""What a message proposes fits the field that it stands beside."""

from __future__ import annotations

import pytest

from domain.kernel.identifiers import check_siret, check_uai
from domain.kernel.web_links import secure_link, web_link
from domain.webhooks.address import endpoint


@pytest.mark.parametrize(("check", "example"), [(secure_link, "visio"), (web_link, "fiche"), (endpoint, "evenements")])
def test_an_address_of_its_kind_is_proposed(check, example):
    with pytest.raises(ValueError, match=example) as refusal:
        check("rien")
    proposed = str(refusal.value).rpartition("par exemple ")[2].partition(",")[0]
    assert check(proposed) == proposed


@pytest.mark.parametrize(("check", "label"), [(check_siret, "SIRET"), (check_uai, "UAI")])
def test_the_label_of_a_field_is_not_repeated(check, label):
    with pytest.raises(ValueError, match="invalide") as refusal:
        check("rien")
    assert label not in str(refusal.value)
