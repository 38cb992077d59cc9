"""What the phone needs in one round trip: sessions, trusted documents, the home screen, changes."""
