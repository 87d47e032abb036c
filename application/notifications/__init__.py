"""Telling people what happened: an inbox for each account, and e-mails. Reactions to events, each exactly once."""
