"""What the tests of the pages have in common: who opens them, by account or by link."""

from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase

from .common import PortalCase


class PortalHttpCase(HttpCase, PortalCase):
    def _sign_in(self, user):
        """Sign in; ``None`` is a visitor without account."""
        if user:
            self.authenticate(user.login, user.login)
        else:
            self.authenticate(None, None)

    def _get(self, url, **options):
        return self.url_open(url, **options)

    def _post(self, url, allow_redirects=False, **data):
        """Send a form as the browser does, with the token against forgery."""
        data.setdefault("csrf_token", Request.csrf_token(self))
        return self.url_open(url, data=data, allow_redirects=allow_redirects)

    def _page(self, url):
        response = self._get(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.text)

    def _text(self, node):
        return " ".join(node.text_content().split())
