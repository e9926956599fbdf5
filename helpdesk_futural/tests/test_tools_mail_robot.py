import email
import email.policy
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.mail_robot import MailKind, classify, failed_authentication, find_bounce

PERSON = {
    "From": "Liisa Laine <liisa@laine.example>",
    "To": "support@pohjola.example",
    "Subject": "Printer on fire",
    "Message-ID": "<1@laine.example>",
}


def mail(headers=(), body="Help!\n", policy=email.policy.SMTP, **values):
    """Return a mail: a person's, with headers changed (``{name: None}`` removes) or added."""
    values = {**PERSON, **values, **dict(headers)}
    lines = [f"{name}: {value}" for name, value in values.items() if value is not None]
    raw = "\r\n".join([*lines, "", body]).encode("utf-8", "surrogateescape")
    return email.message_from_bytes(raw, policy=policy)


class TestPersons(BaseCase):
    def assert_person(self, headers, acknowledged):
        nature = classify(mail(headers))
        self.assertEqual(nature.kind, MailKind.PERSON, nature)
        self.assertFalse(nature.is_robot)
        self.assertEqual(nature.may_be_acknowledged, acknowledged, nature)

    def test_a_persons_mail_is_acknowledged(self):
        self.assert_person({}, True)

    def test_headers_that_say_nothing_say_nothing(self):
        for headers in (
            {"Auto-Submitted": "no"},
            {"Auto-Submitted": "No (really)"},
            {"Auto-Submitted": ""},
            {"X-Autoreply": "no"},
            {"X-Auto-Response-Suppress": "None"},
            {"Precedence": "first-class"},
            {"Return-Path": "<liisa@laine.example>"},
            {"Subject": "Automatic reply does not work"},
            {"Subject": "Undeliverable: what does that mean?"},
            {"Subject": "Re: Out of office", "In-Reply-To": "<7@pohjola.example>"},
        ):
            with self.subTest(headers=headers):
                self.assert_person(headers, True)

    def test_a_customer_whose_crm_adds_unsubscribing_is_heard_but_not_acknowledged(self):
        for headers in (
            {"List-Unsubscribe": "<https://crm.example/u/1>"},
            {"Feedback-ID": "1.eu-west-1.abc:AmazonSES"},
            {
                "List-Unsubscribe": "<https://crm.example/u/1>",
                "Feedback-ID": "1:crm",
                "In-Reply-To": "<7@pohjola.example>",
            },
        ):
            with self.subTest(headers=headers):
                self.assert_person(headers, False)

    def test_a_customer_who_answers_through_their_group_is_heard(self):
        group = {"Precedence": "list", "List-Id": "IT of Laine <it.laine.example>"}
        self.assert_person({**group, "References": "<7@pohjola.example>"}, False)
        self.assert_person({**group, "Subject": "Re: [#250127001] Printer"}, False)

    def test_who_asks_for_no_automatic_answers_gets_none(self):
        for value in ("All", "OOF, AutoReply", "DR, NDR, RN, NRN, OOF, AutoReply"):
            self.assert_person({"X-Auto-Response-Suppress": value}, False)

    def test_a_mail_redirected_by_a_rule_of_exchange_is_acknowledged(self):
        self.assert_person({"X-MS-Exchange-Inbox-Rules-Loop": "info@pohjola.example"}, True)

    def test_addresses_that_nobody_reads_get_no_acknowledgement(self):
        for address in (
            "no-reply@laine.example",
            "NoReply@laine.example",
            "do_not_reply@laine.example",
            "shop-noreply+17@laine.example",
            "donotreply-billing@laine.example",
            "ei-vastausta@laine.example",
            "nicht-antworten@laine.example",
            "ne.pas.repondre@laine.example",
            "postmaster@laine.example",
            "owner-staff@laine.example",
            "staff-request@laine.example",
            "bounces+17@laine.example",
            "Liisa",
            "",
        ):
            with self.subTest(address=address):
                self.assert_person({"From": f"Laine <{address}>" if address else ""}, False)
        self.assert_person({"From": None}, False)

    def test_people_with_such_names_are_people(self):
        for address in ("norbert.reply@laine.example", "noor@laine.example", "owner@laine.example"):
            self.assert_person({"From": address}, True)

    def test_a_forwarded_bounce_is_a_persons_call_for_help(self):
        body = (
            "--b\r\nContent-Type: text/plain\r\n\r\nWhat is this?\r\n"
            "--b\r\nContent-Type: message/rfc822\r\n\r\n"
            "From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="c"\r\n\r\n'
            "--c\r\n\r\nfailed\r\n--c\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"
            "--c--\r\n--b--\r\n"
        )
        forwarded = mail({"Content-Type": 'multipart/mixed; boundary="b"'}, body)
        self.assertIsNone(find_bounce(forwarded))
        self.assertEqual(classify(forwarded).kind, MailKind.PERSON)


class TestRobots(BaseCase):
    def assert_kind(self, kind, headers, reason=None):
        nature = classify(mail(headers))
        self.assertEqual(nature.kind, kind, nature)
        self.assertTrue(nature.is_robot)
        self.assertFalse(nature.may_be_acknowledged)
        self.assertTrue(nature.reason)
        if reason:
            self.assertIn(reason, nature.reason)

    def test_answering_machines_are_recognised(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"AUTO-SUBMITTED": "Auto-Replied (vacation)"},
            {"Auto-Submitted": 'auto-replied; owner-email="liisa@laine.example"'},
            {"Auto-Submitted": "(vacation)\r\n auto-replied"},
            {"X-Autoreply": "yes"},
            {"X-Autorespond": ""},
            {"X-Autoresponse": "1"},
            {"X-Auto-Reply-From": "liisa@laine.example"},
            {"Precedence": "auto_reply"},
            {"X-POST-MessageClass": "9; Autoresponder"},
        ):
            with self.subTest(headers=headers):
                self.assert_kind(MailKind.AUTO_REPLIED, headers)

    def test_the_evidence_is_the_header_that_decided(self):
        self.assert_kind(
            MailKind.AUTO_REPLIED,
            {"Auto-Submitted": "auto-replied (vacation)"},
            "Auto-Submitted: auto-replied (vacation)",
        )

    def test_an_out_of_office_subject_counts_with_a_second_hint(self):
        for subject in (
            "Automatic reply: [#250127001] Printer",
            "Out of Office: Printer",
            "Automaattinen vastaus: Tulostin",
            "Poissa: Tulostin",
            "Autosvar: Skrivare",
            "Automatische Antwort: Drucker",
            "=?utf-8?B?UsOpcG9uc2UgYXV0b21hdGlxdWU=?= : Imprimante",
        ):
            for hint in (
                {"X-Auto-Response-Suppress": "All"},
                {"Return-Path": "<>"},
                {"X-MS-Exchange-Inbox-Rules-Loop": "liisa@laine.example"},
            ):
                with self.subTest(subject=subject, hint=hint):
                    self.assert_kind(MailKind.AUTO_REPLIED, {"Subject": subject, **hint})

    def test_programs_are_recognised(self):
        for headers in (
            {"Auto-Submitted": "auto-generated"},
            {"Auto-Submitted": "auto-notified; owner-token=1"},
            {"Auto-Submitted": "auto-something-new"},
            {"X-Auto-Submitted": "auto-generated"},
            {"X-FC-MachineGenerated": "true"},
            {"Return-Path": "<>"},
            {"Return-Path": " < > "},
        ):
            with self.subTest(headers=headers):
                self.assert_kind(MailKind.AUTO_GENERATED, headers)

    def test_an_answer_with_an_empty_return_path_is_an_automatic_answer(self):
        self.assert_kind(
            MailKind.AUTO_REPLIED, {"Return-Path": "<>", "In-Reply-To": "<7@pohjola.example>"}
        )

    def test_lists_and_newsletters_are_recognised(self):
        for headers in (
            {"Precedence": "bulk"},
            {"Precedence": "junk", "In-Reply-To": "<7@pohjola.example>"},
            {"Precedence": "list"},
            {"List-Id": "<announce.laine.example>"},
            {"List-Post": "<mailto:announce@laine.example>"},
            {"List-Unsubscribe": "<https://news.example/u/1>", "Feedback-ID": "1:news"},
        ):
            with self.subTest(headers=headers):
                self.assert_kind(MailKind.BULK, headers)

    def test_a_read_receipt_is_an_automatic_answer(self):
        receipt = mail(
            {
                "Subject": "Read: [#250127001] Printer",
                "Content-Type": 'multipart/report; report-type=disposition-notification; boundary="b"',
            },
            "--b\r\n\r\nYour message was read.\r\n--b\r\n"
            "Content-Type: message/disposition-notification\r\n\r\n"
            "Final-Recipient: rfc822;liisa@laine.example\r\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n",
        )
        self.assertIsNone(find_bounce(receipt))
        self.assertEqual(classify(receipt).kind, MailKind.AUTO_REPLIED)

    def test_a_complaint_report_is_no_answer(self):
        self.assert_kind(
            MailKind.AUTO_GENERATED,
            {"Content-Type": 'multipart/report; report-type=feedback-report; boundary="b"'},
        )


class TestSenderAuthentication(BaseCase):
    def failed(self, *results, **options):
        lines = "".join(f"Authentication-Results: {result}\r\n" for result in results)
        message = email.message_from_bytes(
            f"{lines}From: liisa@laine.example\r\n\r\nx".encode(), policy=email.policy.SMTP
        )
        return failed_authentication(message, **options)

    def test_a_forged_sender_is_shown(self):
        for result, text in (
            ("mx.pohjola.example; spf=fail smtp.mailfrom=x; dmarc=fail", "SPF fail, DMARC fail"),
            ("mx.pohjola.example 1; dmarc=FAIL (p=reject) header.from=laine.example", "DMARC fail"),
            ("mx; spf=softfail; dkim=none", "SPF softfail, DKIM none"),
            ('mx;\r\n\tspf=fail (a "; dmarc=pass" (b) c);\r\n\tdkim=fail', "SPF fail, DKIM fail"),
            (
                "spf=fail (sender IP is 1.2.3.4); dkim=none;dmarc=fail action=none",
                "SPF fail, DKIM none, DMARC fail",
            ),
            ('"mx"; dmarc/1=fail', "DMARC fail"),
        ):
            with self.subTest(result=result):
                self.assertEqual(self.failed(result), text)

    def test_a_genuine_sender_is_not_accused(self):
        for result in (
            "mx; spf=pass; dkim=pass; dmarc=pass",
            "mx; spf=fail; dkim=pass header.d=laine.example",
            "mx; spf=fail; dkim=fail header.d=list.example; dkim=pass header.d=laine.example",
            "mx; spf=softfail",
            "mx; none",
            "mx; dkim=none; spf=neutral",
            'mx; spf=pass reason="dmarc=fail; dmarc=fail"',
            "",
            ";;;",
            "(((((",
            '"',
        ):
            with self.subTest(result=result):
                self.assertIsNone(self.failed(result))
        self.assertIsNone(self.failed())

    def test_only_our_own_servers_word_counts(self):
        forged, ours = "mx.evil.example; dmarc=fail", "mx.pohjola.example; dmarc=pass"
        self.assertIsNone(self.failed(ours, forged))
        self.assertEqual(self.failed(forged, ours), "DMARC fail")
        self.assertIsNone(self.failed(forged, ours, trusted=["MX.pohjola.example"]))
        self.assertIsNone(self.failed(forged, trusted=["mx.pohjola.example"]))

    def test_results_of_one_server_in_several_headers_are_read_together(self):
        self.assertEqual(
            self.failed("mx; spf=fail", "mx; dkim=none", trusted=["mx"]), "SPF fail, DKIM none"
        )


class TestNeverRaises(BaseCase):
    _names = st.sampled_from(
        [
            "From",
            "Subject",
            "Return-Path",
            "Auto-Submitted",
            "Precedence",
            "Content-Type",
            "Authentication-Results",
            "X-Failed-Recipients",
            "List-Id",
        ]
    )
    _values = st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "=?utf-8?B?////?=",
                "=?x-unknown?Q?=E4?=",
                "multipart/report; report-type=delivery-status",
                "message/delivery-status",
                "multipart/report; boundary=",
                "MAILER-DAEMON",
                "<>",
                "undisclosed-recipients:;",
                "\udce4\udcff",
            ]
        ),
    )

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.tuples(_names, _values), max_size=8), st.binary(max_size=300))
    def test_no_header_upsets_us(self, headers, body):
        raw = b"".join(
            f"{name}: {value}".replace("\n", " ").encode("utf-8", "surrogatepass") + b"\r\n"
            for name, value in headers
        )
        message = email.message_from_bytes(raw + b"\r\n" + body, policy=email.policy.SMTP)
        classify(message)
        find_bounce(message)
        failed_authentication(message)

    def test_a_mail_made_to_keep_us_busy_does_not(self):
        started = time.monotonic()
        for filling in (" ", "<", "a", "(", '"', "\n", "\\", "=?", "a@", "> ", ";", "To: "):
            junk = filling * (400_000 // len(filling))
            header = junk.replace("\n", " ")
            message = mail(
                {
                    "From": "MAILER-DAEMON",
                    "Subject": header,
                    "Return-Path": header,
                    "Authentication-Results": header,
                    "Auto-Submitted": header,
                    "In-Reply-To": header,
                    "Content-Type": "text/html; " + header,
                },
                junk,
                # The structured policies raise in the parser already, and take minutes.
                policy=email.policy.compat32,
            )
            classify(message)
            failed_authentication(message)
        self.assertLess(time.monotonic() - started, 20)
