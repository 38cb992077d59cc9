"""The radio network: concentrators, channels, what they reported, and what is missing."""
