"""What Rasa's process loads to understand Chinese and English, and the tools for its training data."""
