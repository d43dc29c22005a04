"""What programs and the console call, as JSON."""
