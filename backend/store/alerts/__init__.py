"""Rules, what they are held against, and the alerts they raise, in SQL."""
