"""The judge: replays recorded events through the domain's own decisions, and names those that it would have refused."""
