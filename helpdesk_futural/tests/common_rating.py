"""What the tests of ratings have in common: a team that asks, and a ticket that was solved."""

import re

from .common_lifecycle import LifecycleCase


class RatingCase(LifecycleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"use_rating": True, "rating_request": "solved"})

    def _solved(self, **values):
        """Return a ticket that Aino has solved, and of which the customer was told."""
        ticket = self._settled(**{"user_id": self.aino.id, **values})
        ticket.with_user(self.aino).stage_id = self.stage_done
        self._finish()
        return ticket

    def _links(self, mails):
        """Return the addresses behind the faces of the mails."""
        return re.findall(r'href="([^"]*/rate/\w+/\d)"', "".join(mails.mapped("body_html")))

    def _vote(self, ticket, rate, feedback=""):
        """Vote as the page does for whoever came by the link of the mail."""
        public = self.env.ref("base.public_user")
        ticket = ticket.with_user(public).sudo()
        reopened = ticket._rate(ticket._get_rating(), rate, feedback)
        self._finish()
        return reopened

    def _alerts(self, ticket):
        alert = self.env.ref("helpdesk_futural.mail_activity_type_dissatisfied")
        return ticket.activity_ids.filtered(lambda a: a.activity_type_id == alert)
