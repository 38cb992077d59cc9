"""A make-believe town that pushes real frames made of real meter data over HTTP."""
