"""The command line, the process supervisor, and the worker's loop of clocks."""
