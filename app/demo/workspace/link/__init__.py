"""The way from the workspace to the app: Socket Mode, HTTP push, redelivery."""
