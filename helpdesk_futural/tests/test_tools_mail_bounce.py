import email
import email.policy

from odoo.tests import BaseCase

from ..tools.mail_robot import MailKind, classify, find_bounce

OURS = "<17.1@pohjola.example>"
LOST = "lost@laine.example"
REPORT = 'multipart/report; report-type=delivery-status; boundary="b"'
RETURNED = f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: Hi\n\nHello\n"


def mail(headers, body):
    headers = {"To": "support@pohjola.example", "Message-ID": "<9@mx.laine.example>", **headers}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    raw = "\n".join([*lines, "", body]).replace("\n", "\r\n").encode()
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def report(groups, headers=None, returned=RETURNED, status_headers=""):
    """Return a delivery report (RFC 3464) with the given per-recipient groups."""
    body = (
        "--b\nContent-Type: text/plain\n\nThis is the mail system at host mx.laine.example.\n"
        f"--b\nContent-Type: message/delivery-status\n{status_headers}\n{groups}\n{returned}--b--\n"
    )
    return mail(
        {
            "From": "MAILER-DAEMON@mx.laine.example (Mail Delivery System)",
            "Subject": "Undelivered Mail Returned to Sender",
            "Auto-Submitted": "auto-replied",
            "Content-Type": REPORT,
            **(headers or {}),
        },
        body,
    )


def group(address=LOST, action="failed", status="5.1.1", **more):
    lines = [f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "Reporting-MTA: dns; mx.laine.example\n\n" + "\n".join(lines) + "\n"


class TestDeliveryReports(BaseCase):
    def test_a_report_names_mail_recipient_and_reason(self):
        bounce = find_bounce(
            report(group(Diagnostic_Code="smtp; 550 5.1.1 <lost@laine.example>:\n    User unknown"))
        )
        self.assertEqual(bounce.message_ids, (OURS,))
        self.assertEqual(bounce.recipients, (LOST,))
        self.assertTrue(bounce.permanent)
        self.assertEqual(bounce.reason, "5.1.1 550 5.1.1 <lost@laine.example>: User unknown")

    def test_the_nature_is_a_bounce_though_it_is_an_automatic_reply_too(self):
        nature = classify(report(group()))
        self.assertEqual(nature.kind, MailKind.BOUNCE)
        self.assertIn("delivery-status", nature.reason)
        self.assertFalse(nature.may_be_acknowledged)

    def test_a_delay_is_not_for_good(self):
        for values in (
            {"action": "delayed", "status": "4.4.1"},
            {"action": "failed", "status": "4.2.2"},
            {"action": "Delayed (will retry)", "status": "5.0.0"},
        ):
            with self.subTest(values=values):
                bounce = find_bounce(report(group(**values)))
                self.assertEqual(bounce.recipients, (LOST,))
                self.assertFalse(bounce.permanent)

    def test_a_report_of_success_is_no_bounce(self):
        for action in ("delivered", "relayed", "expanded", "Delivered (to mailbox)"):
            with self.subTest(action=action):
                message = report(group(action=action, status="2.0.0"))
                self.assertIsNone(find_bounce(message))
                self.assertEqual(classify(message).kind, MailKind.AUTO_REPLIED)

    def test_only_those_who_were_not_reached_are_named(self):
        groups = group(address="fine@laine.example", action="delivered", status="2.0.0")
        groups += "\nFinal-Recipient: rfc822;LOST@Laine.example\nAction: failed\nStatus: 5.2.2\n"
        self.assertEqual(find_bounce(report(groups)).recipients, (LOST,))

    def test_the_address_we_wrote_to_comes_before_the_one_it_was_forwarded_to(self):
        bounce = find_bounce(
            report(group(address="old@isp.example", Original_Recipient=f"rfc822;{LOST}"))
        )
        self.assertEqual(bounce.recipients, (LOST, "old@isp.example"))

    def test_a_group_or_an_empty_recipient_upsets_nobody(self):
        for recipient in ("undisclosed-recipients:;", "", "Team: a, b;", "<>", ";;;"):
            with self.subTest(recipient=recipient):
                bounce = find_bounce(report(group(address=recipient)))
                self.assertEqual(bounce.recipients, ())
                self.assertEqual(bounce.message_ids, (OURS,))
        bounce = find_bounce(report(group(address=f"Team: {LOST}, x@laine.example;")))
        self.assertEqual(bounce.recipients, (LOST, "x@laine.example"))

    def test_headers_alone_may_come_back(self):
        returned = f"--b\nContent-Type: text/rfc822-headers\n\nSubject: Hi\nMessage-Id:\n {OURS}\n"
        self.assertEqual(find_bounce(report(group(), returned=returned)).message_ids, (OURS,))

    def test_nothing_may_come_back(self):
        message = report(group(), {"In-Reply-To": OURS, "References": "<0@x> " + OURS}, "")
        self.assertEqual(find_bounce(message).message_ids, (OURS, "<0@x>"))

    def test_ids_that_the_sender_gave_come_from_exchange(self):
        returned = (
            "--b\nContent-Type: message/rfc822\n\nMessage-ID: <new@outlook.example>\n"
            f"X-Microsoft-Original-Message-ID: {OURS}\n\nHello\n"
        )
        self.assertEqual(
            find_bounce(report(group(), returned=returned)).message_ids,
            ("<new@outlook.example>", OURS),
        )

    def test_broken_reports_are_read_as_far_as_they_go(self):
        encoded = (
            "UmVwb3J0aW5nLU1UQTogZG5zOyBteAoKRmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGxvc3RAbGFp\n"
            "bmUuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCg==\n"
        )
        broken = {
            "status in base64": report(
                encoded, status_headers="Content-Transfer-Encoding: base64\n"
            ),
            "no boundary": report(group(), {"Content-Type": "multipart/report"}),
            "wrong boundary": report(
                group(),
                {"Content-Type": 'multipart/report; report-type=delivery-status; boundary="c"'},
            ),
            "never closed": mail(
                {"From": "MAILER-DAEMON", "Content-Type": REPORT},
                f"--b\nContent-Type: message/delivery-status\n\n{group()}\n"
                f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OURS}",
            ),
            "no group of the server": report(group().split("\n\n", 1)[1]),
            "no type of the report": report(
                group(), {"From": "x@mx.example", "Content-Type": 'multipart/report; boundary="b"'}
            ),
        }
        for name, message in broken.items():
            with self.subTest(name):
                bounce = find_bounce(message)
                self.assertEqual(bounce.recipients, (LOST,))
                self.assertTrue(bounce.permanent)

    def test_a_report_without_its_parts_is_a_bounce_all_the_same(self):
        for body in (
            "",
            "--b--\n",
            "--b\n\nfailed\n--b--\n",
            "--b\nContent-Type: message/rfc822\n--b--\n",
        ):
            with self.subTest(body=body):
                bounce = find_bounce(mail({"From": "x@mx.example", "Content-Type": REPORT}, body))
                self.assertEqual(bounce.recipients, ())

    def test_a_report_inside_a_mailing_lists_wrapping_is_found(self):
        inner = report(group())
        inner_body = inner.as_string().split("\r\n\r\n", 1)[1].replace("\r\n", "\n")
        message = mail(
            {
                "From": "postmaster@laine.example",
                "Subject": "Zustellung fehlgeschlagen",
                "Content-Type": 'multipart/mixed; boundary="o"',
            },
            f"--o\nContent-Type: {REPORT}\n\n{inner_body}\n--o\n\nfooter\n--o--\n",
        )
        self.assertEqual(find_bounce(message).recipients, (LOST,))
        self.assertEqual(find_bounce(message).message_ids, (OURS,))


class TestOtherBounces(BaseCase):
    """Bounces as programs wrote them before, or in spite of, RFC 3464."""

    SHAPES = {
        "qmail": (
            {"From": "MAILER-DAEMON@mx.laine.example", "Subject": "failure notice"},
            (
                "Hi. This is the qmail-send program at mx.laine.example.\n"
                "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
                "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
                f"<{LOST}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                f"--- Below this line is a copy of the message.\n\nMessage-ID: {OURS}\n"
                "From: support@pohjola.example\nTo: lost@laine.example\nCc: other@laine.example\n"
            ),
        ),
        "exim": (
            {
                "From": "Mail Delivery System <Mailer-Daemon@mx.laine.example>",
                "Subject": "Mail delivery failed: returning message to sender",
                "X-Failed-Recipients": LOST,
                "Auto-Submitted": "auto-replied",
            },
            (
                "This message was created automatically by mail delivery software.\n\n"
                "A message that you sent could not be delivered to one or more of its\n"
                "recipients. This is a permanent error. The following address(es) failed:\n\n"
                f"  {LOST}\n    unrouteable address\n\n"
                "------ This is a copy of the message, including all the headers. ------\n\n"
                f"Message-ID: {OURS}\nTo: other@laine.example\n"
            ),
        ),
        "exim without its headers": (
            {"From": "postmaster@mx.laine.example", "Subject": "?"},
            (
                "This message was created automatically by mail delivery software.\n\n"
                "A message that you sent could not be delivered. The following address failed:\n\n"
                f"  {LOST}\n    550 5.1.1 unknown; ask help@mx.laine.example\n\nMessage-ID: {OURS}\n"
            ),
        ),
        "sendmail": (
            {
                "From": "Mail Delivery Subsystem <MAILER-DAEMON>",
                "Subject": "Returned mail: see transcript for details",
            },
            (
                "   ----- The following addresses had permanent fatal errors -----\n"
                f"<{LOST}>\n    (reason: 550 User unknown)\n\n   ----- Transcript of session follows -----\n"
                f"550 5.1.1 <{LOST}>... User unknown\n\n   ----- Original message follows -----\n"
                f"Message-ID: {OURS}\n"
            ),
        ),
        "postfix, report stripped by a filter": (
            {"Return-Path": "<>", "From": "", "Subject": "Undelivered Mail Returned to Sender"},
            (
                "This is the mail system at host mx.laine.example.\n\nI'm sorry to have to inform you\n\n"
                f"<{LOST}>: host mx[1.2.3.4] said: 550 5.1.1 unknown\n\nMessage-ID: {OURS}\n"
            ),
        ),
        "gmail": (
            {
                "From": "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                "Subject": "Delivery Status Notification (Failure)",
                "X-Failed-Recipients": LOST,
                "In-Reply-To": OURS,
            },
            f"Your message wasn't delivered to {LOST} because the address couldn't be found.\n",
        ),
        "exchange, in Finnish": (
            {
                "From": "postmaster@laine.example",
                "Subject": "Ei toimitettavissa: [#250127001] Tulostin",
                "In-Reply-To": OURS,
                "Content-Type": "text/html; charset=utf-8",
            },
            (
                "<html><p>Sanomaa ei voitu toimittaa:</p>"
                f'<p><a href="mailto:{LOST}">Kadonnut Kalle</a></p></html>'
            ),
        ),
        "exchange, by its header": (
            {
                "From": "Microsoft Outlook <noreply@laine.example>",
                "Subject": "xyz",
                "X-MS-Exchange-Message-Is-Ndr": "",
                "In-Reply-To": OURS,
            },
            f"Delivery has failed to these recipients or groups:\n\n{LOST}\n",
        ),
        "exchange, by its mailbox": (
            {
                "From": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@laine.example>",
                "Subject": "Olevererbart: Skrivaren",
                "References": OURS,
            },
            f"Det gick inte att leverera till {LOST}.\n",
        ),
        "nameless": (
            {"From": "Mail Delivery System <>", "Subject": "Problem", "In-Reply-To": OURS},
            f"To: {LOST}\n\nmailbox unavailable\n",
        ),
        "mailer-daemon without a domain": (
            {"From": "MAILER-DAEMON", "Subject": "", "In-Reply-To": OURS},
            f"{LOST}: no such user\n",
        ),
        "domino": (
            {
                "From": "Postmaster@laine.example",
                "Subject": "DELIVERY FAILURE: User lost not listed",
            },
            (
                f"Your message\n\n  Subject: Printer\n\nwas not delivered to:\n\n  {LOST}\n\nbecause:\n\n"
                f"  User lost not listed\n\nMessage-ID: {OURS}\n"
            ),
        ),
    }

    def test_each_shape_names_the_lost_mail_and_its_recipient(self):
        for name, (headers, body) in self.SHAPES.items():
            with self.subTest(name):
                message = mail(headers, body)
                bounce = find_bounce(message)
                self.assertIsNotNone(bounce)
                self.assertEqual(bounce.recipients, (LOST,))
                self.assertEqual(bounce.message_ids[:1], (OURS,))
                self.assertTrue(bounce.permanent)
                self.assertTrue(bounce.reason)
                self.assertEqual(classify(message).kind, MailKind.BOUNCE)

    def test_warnings_are_not_for_good(self):
        for headers, body in (
            (
                {
                    "From": "MAILER-DAEMON@x.example",
                    "Subject": "Warning: could not send message for past 4 hours",
                },
                f"**  THIS IS A WARNING MESSAGE ONLY  **\n\n<{LOST}>... Deferred\n",
            ),
            (
                {
                    "From": "Mailer-Daemon@x.example",
                    "Subject": "Warning: message 1aBc delayed 24 hours",
                },
                f"No action is required on your part. Delivery to\n\n  {LOST}\n\nis delayed.\n",
            ),
            (
                {"From": "mailer-daemon@googlemail.com", "Subject": "Delivery incomplete"},
                f"There was a temporary problem delivering your message to {LOST}. Gmail will retry.\n",
            ),
            (
                {"From": "postmaster@x.example", "Subject": "Delivery failed"},
                f"<{LOST}>: 452 4.2.2 mailbox full\n",
            ),
        ):
            with self.subTest(subject=headers["Subject"]):
                bounce = find_bounce(mail(headers, body))
                self.assertEqual(bounce.recipients, (LOST,))
                self.assertFalse(bounce.permanent)

    def test_failure_subjects_are_known_in_the_languages_of_exchange(self):
        for subject in (
            "Undeliverable: Printer",
            "Unzustellbar: Drucker",
            "Olevererbart: Skrivare",
            "Kan ikke leveres: Skriver",
            "Non remis : Imprimante",
            "Onbestelbaar: Printer",
            "No se puede entregar: Impresora",
            "Non recapitabile: Stampante",
            "Niedostarczalne: Drukarka",
            "Недоставлено: Принтер",
            "未送达: 打印机",
        ):
            with self.subTest(subject=subject):
                message = mail({"From": "postmaster@laine.example", "Subject": subject}, "…")
                self.assertIsNotNone(find_bounce(message))

    def test_automatic_answers_are_no_bounces(self):
        for headers, body in (
            (
                {
                    "From": "liisa@laine.example",
                    "Auto-Submitted": "auto-replied",
                    "Return-Path": "<>",
                    "Subject": "Automatic reply: Undeliverable: Printer",
                    "In-Reply-To": OURS,
                },
                "I have left. Your message has not been delivered to anybody else.\n",
            ),
            (
                {
                    "From": "liisa@laine.example",
                    "Auto-Submitted": "auto-replied",
                    "Subject": "Re: Printer",
                },
                "Your message could not be delivered to me; try kalle@laine.example.\n",
            ),
        ):
            message = mail(headers, body)
            self.assertIsNone(find_bounce(message))
            self.assertEqual(classify(message).kind, MailKind.AUTO_REPLIED)

    def test_a_postmaster_is_a_person_too(self):
        message = mail(
            {"From": "postmaster@laine.example", "Subject": "Our new mail server"}, "We moved.\n"
        )
        self.assertIsNone(find_bounce(message))
        self.assertEqual(classify(message).kind, MailKind.PERSON)
        self.assertFalse(classify(message).may_be_acknowledged)

    def test_a_customer_who_complains_about_bounces_is_heard(self):
        message = mail(
            {"From": "liisa@laine.example", "Subject": "Undelivered Mail Returned to Sender"},
            f"Why do I get this?\n\n<{LOST}>: host mx said: 550 5.1.1 unknown\n",
        )
        self.assertIsNone(find_bounce(message))
        self.assertEqual(classify(message).kind, MailKind.PERSON)
