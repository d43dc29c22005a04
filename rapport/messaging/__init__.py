"""Outbound messages: composed, put on wires, and accounted for."""
