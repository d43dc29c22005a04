"""Live conversation: the gateway in front of the assistant, and who responds."""
