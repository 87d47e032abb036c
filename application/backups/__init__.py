"""Backups: database, files and keys apart, with a manifest; and what a restored database needs before it serves."""
