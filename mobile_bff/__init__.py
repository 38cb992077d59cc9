"""What the phone needs in one round trip: the room of the app for residents, still empty."""
