"""Block Kit: what messages, modals and Home tabs may be made of (slack-platform.md 2.6)."""
