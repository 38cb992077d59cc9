"""What is read of the hours: profiles, the delivery ledger, looks back, reports."""
