"""Files that are made for other programs than ours."""
