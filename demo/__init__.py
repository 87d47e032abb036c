"""A school season at any scale: real places, invented people, real decisions, the same for the same seed."""

from demo.loader import LoadSummary, SeasonAlreadyLoaded, SeasonError, load_season

__all__ = ["LoadSummary", "SeasonAlreadyLoaded", "SeasonError", "load_season"]
