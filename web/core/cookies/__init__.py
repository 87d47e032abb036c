"""Cookies: what the site keeps in a visitor's browser, and what it tells by it."""
