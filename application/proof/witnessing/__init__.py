"""The log as outsiders watch it: witnesses that cosign, policies that ask for them, followers that keep its trees."""
