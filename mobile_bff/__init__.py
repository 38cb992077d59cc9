"""What the phone needs in one round trip. The room of the resident's app; nothing lives here yet."""
