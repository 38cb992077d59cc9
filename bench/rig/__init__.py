"""What benches stand on: a temporary installation, towns, concentrators, processes."""
