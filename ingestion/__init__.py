"""What concentrators push and pull: frames, authenticity, intake."""
