"""When an alert opens and closes, and when people are told: pure rules over arrays and moments."""
