"""Animations as entries of calendars (RFC 5545)."""
