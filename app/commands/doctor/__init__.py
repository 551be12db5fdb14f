"""`doctor`: looks at everything Baton needs. One file for each thing it looks at."""
