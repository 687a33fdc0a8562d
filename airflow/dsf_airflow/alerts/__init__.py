"""Alerts: what is told (causes, messages), how (channels), and when (callbacks)."""
