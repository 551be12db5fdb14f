"""Long proofs that anyone can run: `python3 -m tests.campaign NAME` prints figures and bounds."""
