"""A Slack workspace on this machine: for tests, for demos, for anybody who builds a Slack app."""

from app.demo.workspace.running import Workspace

__all__ = ["Workspace"]
