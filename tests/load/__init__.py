"""Many people and mails at once on a real server, and what may break under them (``make load``, ``make faults``)."""
