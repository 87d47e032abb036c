"""Notify people of what happened: an inbox for each account, and e-mails. Each event is reacted to exactly once."""
