#!/usr/bin/env python3
"""Hand a mail that comes on standard input over to Odoo: for the pipe of a mail server.

It does what Odoo's own ``odoo-mailgate.py`` does, with three differences:

- What may pass (Odoo or its database is down, a wrong password, any error) is told as temporary, so
  that the mail server keeps the mail and tries again. Only a mail that Odoo has no address for goes back.
- The mail is passed on byte by byte: a mail in an old encoding is no error.
- The password stands in a file: arguments can be read by everybody on the machine.

It needs Python 3.8 and nothing else, and may run on another machine than Odoo.
"""

import argparse
import sys
import xmlrpc.client
from pathlib import Path

# What mail servers understand, see sysexits.h.
EX_OK, EX_NOUSER, EX_TEMPFAIL = 0, 67, 75


class Parser(argparse.ArgumentParser):
    """A mistake in the mail server's configuration costs no mail either."""

    def error(self, message):
        self.exit(EX_TEMPFAIL, f"{self.prog}: {message}\n")


def main():
    """Return what the mail server is to do with the mail."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8069", help="where Odoo is")
    parser.add_argument("--database", required=True)
    parser.add_argument("--userid", type=int, required=True, help="who hands over, by number")
    parser.add_argument("--password-file", type=Path, required=True, help="or an API key in it")
    options = parser.parse_args()
    try:
        password = options.password_file.read_text().strip()
        mail = xmlrpc.client.Binary(sys.stdin.buffer.read())
        odoo = xmlrpc.client.ServerProxy(f"{options.url}/xmlrpc/2/object", allow_none=True)
        credentials = (options.database, options.userid, password)
        odoo.execute_kw(*credentials, "mail.thread", "message_process", [False, mail])
    except xmlrpc.client.Fault as fault:
        if "No possible route" in fault.faultString:
            print("Odoo has no such address.", file=sys.stderr)
            return EX_NOUSER
        # No more than that: what is printed may go back to the sender in the end.
        print("Odoo refuses the mail; its log says why.", file=sys.stderr)
        return EX_TEMPFAIL
    except Exception as error:  # noqa: BLE001 (whatever it is, the mail must not go back)
        print(f"The mail can't be handed over: {type(error).__name__}", file=sys.stderr)
        return EX_TEMPFAIL
    return EX_OK


if __name__ == "__main__":
    sys.exit(main())
