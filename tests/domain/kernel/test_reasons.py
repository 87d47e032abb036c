"""What counts as a reason, wherever one is asked for."""

import pytest

from domain.kernel.errors import DomainError
from domain.kernel.validation import required_reason


@pytest.mark.parametrize("reason", ["ok", "Non", "a b", "...", "12345", "xxxxx", "ah ah ah", "—"])
def test_a_reason_is_made_of_words(reason):
    with pytest.raises(DomainError) as refusal:
        required_reason(reason, "missing_reason")
    (problem,) = refusal.value.problems
    assert problem.field == ("missing_reason",)
    assert "un motif s'écrit avec des mots, de 5 lettres au moins en tout" in problem.message


@pytest.mark.parametrize("reason", ["Neige", "Grève SNCF", "Panne", "Covid", "Salle à 3 m²", "நோய்வாய்ப்பட்டது"])
def test_a_short_word_is_a_reason(reason):
    assert required_reason(reason) == reason
