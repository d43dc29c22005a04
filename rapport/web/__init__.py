"""The FastAPI application: what a browser, a mail client or another program calls."""
