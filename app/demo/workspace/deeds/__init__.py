"""Everything that can be done in a workspace, by the app through a method or by a person's hand."""
