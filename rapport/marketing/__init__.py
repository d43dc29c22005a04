"""The mind: what is known of a customer, the rules, and what they decide."""
