"""How fast and how big: `python3 -m tests.bench` prints figures and ratios of this machine."""
