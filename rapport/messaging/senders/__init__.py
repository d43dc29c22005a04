"""The code that talks to a channel: one file each, and nobody else sends."""
