"""The French words for animations, dossiers, candidatures…, the same in every notice, letter and entry."""
