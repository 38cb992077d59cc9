"""Documents for people: what a service found, set as PDF in their language."""
