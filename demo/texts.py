"""The invented texts of a season, read from `data/texts.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

Choices = tuple[str, ...]


class TypeTexts(BaseModel):
    label: str
    what_we_do: str


class ThemeTexts(BaseModel):
    """`weight` in an ordinary month, a factor for the months (1 to 12) in which the theme is popular, and titles."""

    weight: float
    months: Mapping[int, float]
    topics: Choices


class Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    types: Mapping[str, TypeTexts]
    themes: Mapping[str, ThemeTexts]
    invitations: Choices
    additions: Choices
    refusals: Choices
    cancellations: Choices
    attestation_corrections: Choices
    needs: Choices
    next_times: Choices
    terminations: Choices
    pieces: tuple[Choices, ...]
    first_names: Choices
    surname_beginnings: Choices
    surname_endings: Choices
    motivations: Choices
    opinions: Choices
    candidature_rejections: Choices
    #: Empty where no reason is given.
    withdrawals: Choices
    school_names: Choices
    streets: Choices


TEXTS = Texts.model_validate(tomllib.loads((files("demo") / "data/texts.toml").read_text("utf-8")))
