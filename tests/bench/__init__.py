"""What the helpdesk costs with many tickets, beside a bare ``mail.thread`` model and core's tasks (``make bench``)."""
