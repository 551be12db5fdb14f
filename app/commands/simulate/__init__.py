"""`simulate`: the real flows on a throw-away copy, with a clock that is moved by hand."""
