"""Use cases of alerts: rules of people, judging what is new, raising, handling."""
