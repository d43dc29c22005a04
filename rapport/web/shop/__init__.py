"""The demo shop's own pages."""
