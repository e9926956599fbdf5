"""Who logs hours on tickets and invoices them."""

from __future__ import annotations

import time

from .client import Client, Refused

#: What the helpdesk says to who comes too late, and to one of two who come at once: these are answers.
_DONE = "perhaps they are already"
_BUSY = "Somebody else is invoicing"


class Biller(Client):
    """Logs hours like an agent, and makes draft invoices like an accountant."""

    STEPS = (("log_hours", 3), ("invoice", 2))

    def __init__(self, *args):
        super().__init__(*args)
        self.tickets: list[int] = []

    def sign_in(self) -> None:
        """Sign in and look up the tickets whose hours are billed."""
        self.authenticate()
        rows = self.call(
            "helpdesk.ticket", "search_read", [("name", "=like", "Billed %")], ["name"]
        )
        self.tickets = [row["id"] for row in rows]

    def log_hours(self) -> None:
        """Log time by the dialog on a ticket."""
        token = self.ledger.expect("hours")
        values = {
            "ticket_id": self.random.choice(self.tickets),
            "description": f"Looked into it {token}",
            "time_spent": self.random.randint(1, 16) / 4,
        }
        wizard = self.call("helpdesk.ticket.create.timesheet", "create", values)
        self.press("helpdesk.ticket.create.timesheet", "action_generate_timesheet", wizard)
        self.ledger.confirm(token)

    def invoice(self, tickets: list[int] | None = None) -> None:
        """Invoice the hours of some tickets; press again until there is an answer.

        :param tickets: which; any three, if not given
        """
        tickets = tickets or self.random.sample(self.tickets, 3)

        def make() -> bool:
            values = {"ticket_ids": [(6, 0, tickets)]}
            wizard = self.call("helpdesk.hours.invoice", "create", values)
            try:
                self.press("helpdesk.hours.invoice", "action_create_invoices", wizard)
            except Refused as refusal:
                if not any(words in refusal.message for words in (_DONE, _BUSY)):
                    raise
                self.ledger.told(refusal.message)
                return _DONE in refusal.message
            return True

        while not self.insist(make):
            time.sleep(1)

    def press(self, model: str, method: str, record: int) -> None:
        """Press a button."""
        self.rpc(
            f"/web/dataset/call_button/{model}/{method}",
            model=model,
            method=method,
            args=[[record]],
            kwargs={},
        )
