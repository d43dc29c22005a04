"""The database: tables, reads and writes, a file per noun."""
