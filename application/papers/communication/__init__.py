"""Papers that make animations known: posters, flyers, the last slide, plannings, and all of them in one file."""
