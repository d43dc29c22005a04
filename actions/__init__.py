"""The rasa-sdk server: what the assistant can do, a small file per ability."""
