"""How we reach a phone: one file per kind of contact method, behind one small protocol."""
