"""What happened and what it teaches: training, scoring everybody, reports."""
