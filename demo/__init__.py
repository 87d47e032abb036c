"""A school season of any size: real places, invented people, real decisions, reproducible from its seed."""

from demo.loader import LoadSummary, SeasonAlreadyLoaded, SeasonError, load_season

__all__ = ["LoadSummary", "SeasonAlreadyLoaded", "SeasonError", "load_season"]
