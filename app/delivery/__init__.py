"""Claim, speak, record: the only place that speaks. One file per lane, and the loop they share."""
