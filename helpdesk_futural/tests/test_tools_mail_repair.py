import email
import email.policy
import random
import time
from datetime import datetime, timezone

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.mail_header import raw_values, text_value
from ..tools.mail_repair import odoo_takes, repair
from ..tools.mail_robot import classify, find_bounce
from .broken_mails import (
    BROKEN,
    HEADERS,
    HEALTHY,
    HUGE,
    RETURNED,
    STATUS,
    TEXT,
    UTF8,
    mail,
    parts,
    report,
)


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def texts(raw):
    return [
        part.get_content()
        for part in read(raw).walk()
        if part.get_content_maintype() == "text" and not part.get_filename()
    ]


class TestHealthyMail(BaseCase):
    def test_a_healthy_mail_is_not_touched(self):
        for name, raw in HEALTHY.items():
            with self.subTest(name):
                repaired = repair(raw)
                self.assertEqual(repaired.changes, ())
                self.assertEqual(repaired.left_out, ())
                self.assertIs(repaired.raw, raw)

    def test_a_repaired_mail_needs_no_second_repair(self):
        for name, raw in BROKEN.items():
            with self.subTest(name):
                once = repair(raw)
                self.assertTrue(once.changes or once.raw == raw)
                self.assertEqual(repair(once.raw).raw, once.raw)

    def test_the_same_mail_is_repaired_the_same_way(self):
        for name, raw in BROKEN.items():
            with self.subTest(name):
                self.assertEqual(repair(raw), repair(bytes(raw)))


MAIL_WITH_SPACES = (
    b"To : support@pohjola.example\r\nMessage-ID : <1@laine.example>\r\n"
    b"From : Liisa <liisa@laine.example>\r\nSubject\t: Printer\r\n\r\nIt is jammed.\r\n"
)


class TestHeaders(BaseCase):
    def header(self, name, **headers):
        return text_value(read(repair(mail(**headers)).raw), name)

    def test_a_space_before_a_colon_ends_no_headers(self):
        raw = MAIL_WITH_SPACES
        message = email.message_from_bytes(repair(raw).raw, policy=email.policy.SMTP)
        self.assertEqual(message["Message-ID"], "<1@laine.example>")
        self.assertEqual(message["Subject"], "Printer")
        self.assertEqual(message.get_content().strip(), "It is jammed.")

    def test_a_second_delivery_of_a_mail_without_id_is_recognised(self):
        raw = mail(Message_ID=None)
        ids = {
            text_value(read(repair(copy).raw), "Message-ID")
            for copy in (
                raw,
                b"Received: from a by b; Mon, 27 Jan 2025 10:00:01 +0200\r\n" + raw,
                b"Delivered-To: support@pohjola.example\r\n" + raw.replace(b"\r\n", b"\n") + b"\n",
            )
        }
        self.assertEqual(len(ids), 1)
        self.assertRegex(ids.pop(), r"^<[0-9a-f]{40}\.derived@helpdesk\.invalid>$")

    def test_two_mails_without_id_are_two(self):
        first = repair(mail(Message_ID=None)).raw
        for other in (
            mail(Message_ID=None, body=UTF8 + b"!"),
            mail(Message_ID=None, Date=b"Mon, 27 Jan 2025 10:00:01 +0200"),
            mail(Message_ID=None, From=b"kalle@laine.example"),
        ):
            self.assertNotEqual(
                text_value(read(first), "Message-ID"),
                text_value(read(repair(other).raw), "Message-ID"),
            )

    def test_alarms_without_date_and_id_are_told_apart_by_their_way(self):
        ids = {
            text_value(
                read(repair(b"Received: x; %d Jan 2025 10:00:00 +0200\r\n" % day + raw).raw),
                "Message-ID",
            )
            for raw in [mail(Message_ID=None, Date=None)]
            for day in (27, 28)
        }
        self.assertEqual(len(ids), 2)

    def test_an_id_with_a_stray_space_is_the_one_that_replies_will_name(self):
        self.assertEqual(self.header("Message-ID", Message_ID=b"<a b@c.example>"), "<ab@c.example>")
        self.assertEqual(self.header("Message-ID", Message_ID=b"a@c.example"), "<a@c.example>")
        self.assertEqual(
            self.header("Message-ID", Message_ID=b"<a@c.example> <d@e.example>"), "<a@c.example>"
        )

    def test_a_date_of_another_time_gives_way_to_the_date_of_receipt(self):
        for date in (b"Mon, 27 Jan 2125 10:00:00 +0200", b"nonsense", b"1 Jan 1970 00:00:00 +0000"):
            received = b"from a by b; Mon, 27 Jan 2025 10:00:01 +0200"
            self.assertEqual(
                self.header("Date", Date=date, Received=received), "Mon, 27 Jan 2025 10:00:01 +0200"
            )
            self.assertEqual(self.header("Date", Date=date), "")

    def test_a_date_as_computers_write_it_is_kept(self):
        self.assertEqual(
            self.header("Date", Date=b"2025-01-27T10:00:00Z"), "Mon, 27 Jan 2025 10:00:00 +0000"
        )

    def test_todays_mail_keeps_its_date(self):
        today = f"{datetime.now(timezone.utc):%a, %d %b %Y %H:%M:%S} +0000"
        self.assertEqual(self.header("Date", Date=today.encode()), today)

    def test_who_wrote_is_found_in_other_headers(self):
        for header in ("Reply_To", "Sender", "Return_Path"):
            self.assertEqual(
                self.header("From", **{"From": None, header: b"<liisa@laine.example>"}),
                "liisa@laine.example",
            )
        self.assertEqual(self.header("From", From=None, Return_Path=b"<>"), "")

    def test_names_and_addresses_survive(self):
        for value, expected in (
            (b"Li\xe4 <a@b.example>", "Liä <a@b.example>"),
            (b"=?x-unknown?Q?Li=E4?= <a@b.example>", "Liä <a@b.example>"),
            (b'"Laine, Li\xe4" <a@b.example>', "Laine, Liä <a@b.example>"),
            (b"a@b.example; c@d.example", "a@b.example, c@d.example"),
            (b"Team\xe4: a@b.example, C <c@d.example>;", "a@b.example, C <c@d.example>"),
            (b"[a@b.example] (Li\xe4)", "Liä <a@b.example>"),
            (b"\x1b$BF|K\\8l\x1b(B <a@b.example>", "日本語 <a@b.example>"),
        ):
            with self.subTest(value=value):
                self.assertEqual(" ".join(self.header("Cc", Cc=value).split()), expected)

    def test_a_subject_without_end_is_shortened(self):
        repaired = repair(mail(Subject=b"x" * 100_000))
        subject = str(read(repaired.raw)["Subject"])
        self.assertEqual(len(subject), 1000)
        self.assertEqual(repaired.changes, ("Subject: shortened",))

    def test_a_subject_cut_within_a_character_is_readable(self):
        given = b"=?utf-8?B?SHl2w6TD?= =?utf-8?B?pA==?= =?utf-8?B?IHDDpGl2w6TDpA==?="
        self.assertEqual(self.header("Subject", Subject=given), TEXT)

    def test_a_header_broken_in_two_does_not_turn_the_rest_into_text(self):
        repaired = repair(mail(Subject=b"Printer\r\non fire"))
        self.assertEqual(read(repaired.raw)["Subject"], "Printer on fire")
        self.assertEqual(texts(repaired.raw), [TEXT])

    def test_other_headers_stay_word_by_word(self):
        raw = mail(Subject=b"Hyv\xe4\xe4", X_Other=b"  as  it \xe4 was", Auto_Submitted=b"no")
        repaired = repair(raw)
        self.assertIn(b"X-Other:   as  it \xe4 was\r\n", repaired.raw)
        self.assertEqual(raw_values(read(repaired.raw), "Auto-Submitted"), ["no"])
        self.assertTrue(repaired.raw.endswith(UTF8))


class TestContent(BaseCase):
    def test_text_is_readable_whatever_was_broken(self):
        for name, raw in BROKEN.items():
            with self.subTest(name):
                self.assertIn(TEXT, " ".join(texts(repair(raw).raw)))

    def test_headers_of_a_part_do_not_end_up_in_the_text(self):
        self.assertEqual(texts(repair(BROKEN["a space before a colon in a part"]).raw), [TEXT])

    def test_a_footer_after_an_encoded_text_is_kept(self):
        [text] = texts(repair(BROKEN["base64 with a footer"]).raw)
        self.assertIn("The list, page 1.", text)

    def test_an_attached_mail_is_a_file_and_not_our_text(self):
        repaired = repair(BROKEN["an attached mail"])
        [file] = [part for part in read(repaired.raw).walk() if part.get_filename()]
        self.assertEqual(file.get_filename(), "Fire.eml")
        self.assertEqual(file.get_content(), b"Subject: Fire\r\n\r\nHelp")
        self.assertEqual(texts(repaired.raw), [TEXT])

    def test_inline_images_keep_their_place(self):
        raw = parts(
            b'Content-Type: text/html\r\n\r\n<p>x\xe4</p><img src="cid:i@x">',
            b"Content-Type: image/png\r\nContent-ID: <i@x>\r\nContent-Disposition: inline\r\n\r\n.",
        )
        image = list(read(repair(raw).raw).walk())[-1]
        self.assertEqual(image["Content-ID"], "<i@x>")
        self.assertEqual(image.get_filename(), "attachment.png")

    def test_html_that_odoo_would_drop_is_kept_as_text_and_file(self):
        repaired = repair(BROKEN["HTML of 5,000 levels"])
        self.assertEqual([text.strip() for text in texts(repaired.raw)], [TEXT])
        [file] = [part for part in read(repaired.raw).walk() if part.get_filename()]
        self.assertEqual(file.get_filename(), "message.html")

    def test_an_invitation_alone_is_a_file(self):
        repaired = repair(mail(b"text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"))
        [file] = [part for part in read(repaired.raw).walk() if part.get_filename()]
        self.assertEqual(file.get_filename(), "invite.ics")

    def test_reports_still_tell_what_bounced(self):
        for name, raw in BROKEN.items():
            if not name.startswith("a report"):
                continue
            with self.subTest(name):
                before, after = find_bounce(read(raw)), find_bounce(read(repair(raw).raw))
                self.assertEqual(after.recipients, ("lost@laine.example",))
                self.assertTrue(after.permanent)
                if "returns a broken mail" not in name:
                    self.assertEqual(after.message_ids, ("<17@pohjola.example>",))
                self.assertEqual(before.recipients, after.recipients)

    def test_the_nature_of_a_mail_is_the_same_after_repair(self):
        for headers in (
            {"Auto_Submitted": b"auto-replied"},
            {"Precedence": b"bulk"},
            {"Return_Path": b"<>"},
            {"X_Auto_Response_Suppress": b"All"},
        ):
            raw = mail(b"text/plain; charset=x-unknown", **headers)
            self.assertEqual(
                classify(read(repair(raw).raw)), classify(read(repair(mail(**headers)).raw))
            )
        broken = report(STATUS, RETURNED, Subject=b"\xe4")
        self.assertEqual(find_bounce(read(repair(broken).raw)), find_bounce(read(broken)))


class TestLimits(BaseCase):
    def test_a_mail_too_large_keeps_its_text_and_names_what_is_missing(self):
        def file(name, size):
            content = random.Random(size).randbytes(size).hex().encode()
            return b"Content-Type: application/zip; name=%s\r\n\r\n%s" % (name, content)

        said = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + UTF8
        raw = parts(
            said, file(b"small.zip", 2000), file(b"large.zip", 60_000), file(b"mid.zip", 9000)
        )
        repaired = repair(raw, max_bytes=80_000)
        self.assertEqual(repaired.left_out, ("large.zip",))
        self.assertLessEqual(len(repaired.raw), 80_000)
        self.assertEqual(texts(repaired.raw), [TEXT])
        names = [part.get_filename() for part in read(repaired.raw).walk() if part.get_filename()]
        self.assertEqual(names, ["small.zip", "mid.zip"])

    def test_a_text_too_large_is_cut(self):
        repaired = repair(mail(body=UTF8 + b" x" * 500_000), max_bytes=100_000)
        self.assertLessEqual(len(repaired.raw), 100_000)
        self.assertTrue(texts(repaired.raw)[0].startswith(TEXT))
        self.assertEqual(repaired.left_out, ("message.txt",))

    def test_thousands_of_parts_are_handled_at_once(self):
        raw = HUGE["3,000 HTML parts"]
        started = time.process_time()
        repaired = repair(raw)
        self.assertLess(time.process_time() - started, 5)  # alone it takes less than one
        self.assertIn("Part 150 ", " ".join(texts(repaired.raw)))
        self.assertIn("part 300 (text/html)", repaired.left_out)
        self.assertIn("2701 more parts", repaired.left_out)
        self.assertIn("3001 parts", repaired.changes)

    def test_no_mail_takes_long(self):
        for name, raw in HUGE.items():
            with self.subTest(name):
                started = time.process_time()
                repaired = repair(raw)
                self.assertLess(time.process_time() - started, 20)
                self.assertTrue(odoo_takes(repaired.raw))

    def test_patterns_made_to_keep_us_busy_do_not(self):
        for filling in (
            *(
                b"<",
                b"<a ",
                b"=?",
                b"=",
                b"(",
                b'"',
                b"--b\r\n",
                b"--",
                b"\0",
                b"\r",
                b"\n",
                b"<style>",
            ),
            *(
                b"> x\ny\n",
                b"&",
                b" ",
                b";",
                b"a=b;",
                b"\r\n\r\n",
                b"<!--",
                b"*0=",
                b"begin 644 a\n",
            ),
        ):
            junk = filling * (300_000 // len(filling))
            header = junk.replace(b"\r", b" ").replace(b"\n", b" ")
            for raw in (
                mail(b"text/html", junk),
                mail(b"text/plain; name=" + header, junk),
                mail(b"multipart/mixed; boundary=b", junk, From=header, To=header, Subject=header),
                mail(Content_Disposition=b"attachment; filename=" + header, Message_ID=header),
                parts(b"Content-Type: message/rfc822\r\n\r\n" + junk),
                report(junk, junk),
                junk,
            ):
                with self.subTest(filling=filling):
                    started = time.process_time()
                    self.assertTrue(odoo_takes(repair(raw).raw))
                    self.assertLess(time.process_time() - started, 10)


class TestNeverRaises(BaseCase):
    _corpus = [*HEALTHY.values(), *(raw for raw in BROKEN.values() if len(raw) < 20_000)]

    def assert_taken(self, raw):
        repaired = repair(raw)
        self.assertTrue(odoo_takes(repaired.raw))
        self.assertTrue(text_value(read(repaired.raw), "Message-ID"))
        self.assertFalse(
            [change for change in repaired.changes if change.startswith("kept as a file")],
            "the repair should not need its last resort",
        )

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=2000))
    @example(b"")
    @example(b"\0")
    @example(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n")
    def test_any_bytes_become_a_mail(self, raw):
        self.assert_taken(raw)
        self.assert_taken(HEADERS + raw)

    @settings(max_examples=500, deadline=None)
    @given(st.sampled_from(_corpus), st.data())
    def test_a_damaged_mail_becomes_a_mail(self, raw, data):
        for _change in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, min(len(raw), 1500)))
            end = start + data.draw(st.integers(0, 40))
            junk = data.draw(
                st.one_of(
                    st.binary(max_size=20),
                    st.sampled_from(
                        [b"\r\n", b"\n\n", b'"', b"(", b"=?", b"--b", b";", b"\0", b"<", b"*"]
                    ),
                )
            )
            raw = raw[:start] + junk + raw[end:]
        self.assert_taken(raw)
