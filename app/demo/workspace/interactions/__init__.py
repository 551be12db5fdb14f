"""What people do to the app: commands, clicks, forms, shortcuts, and what the app may answer."""
