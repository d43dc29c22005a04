"""Data in: files are read, checked, cleaned and merged, and what cannot be taken is said with its line and reason."""
