"""Every text and block that people read in Slack, one file per surface."""
