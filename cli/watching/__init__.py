"""Commands of those who watch a log from outside: they need no database and no settings."""
