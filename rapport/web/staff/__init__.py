"""Who of the staff is there, what each may do, and how she shows who she is."""
