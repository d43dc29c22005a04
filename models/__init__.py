"""Statistical models: frames in, frames out; they know no database."""
