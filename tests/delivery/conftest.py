"""The bench of the flows, for the lanes that speak what flows ask for."""

from tests.flows.conftest import bench, clock

__all__ = ["bench", "clock"]
