"""Mails that stock Odoo fails on, is busy with for minutes, or drops text of; and healthy ones."""

from base64 import encodebytes

HEADERS = (
    b"From: Liisa Laine <liisa@laine.example>\r\n"
    b"To: support@pohjola.example\r\n"
    b"Subject: Printer on fire\r\n"
    b"Message-ID: <1@laine.example>\r\n"
    b"Date: Mon, 27 Jan 2025 10:00:00 +0200\r\n"
    b"MIME-Version: 1.0\r\n"
)
TEXT = "Hyvää päivää"
UTF8, LATIN = TEXT.encode(), TEXT.encode("latin-1")
MIXED = b"multipart/mixed; boundary=b"
REPORT = b"multipart/report; report-type=delivery-status; boundary=b"


def mail(kind=b"text/plain; charset=utf-8", body=UTF8, headers=HEADERS, **more):
    """Return a mail; ``more`` replaces headers, or removes them where it says None."""
    lines = headers.splitlines(keepends=True)
    for name, value in more.items():
        name = name.replace("_", "-").encode()
        lines = [line for line in lines if not line.lower().startswith(name.lower() + b":")]
        if value is not None:
            lines.append(name + b": " + value + b"\r\n")
    if kind is not None:
        lines.append(b"Content-Type: " + kind + b"\r\n")
    return b"".join(lines) + b"\r\n" + body


def parts(*entities, kind=MIXED, **more):
    """Return a mail of several parts, each given as headers, a blank line and content."""
    body = b"".join(b"--b\r\n" + entity + b"\r\n" for entity in entities) + b"--b--\r\n"
    return mail(kind, body, **more)


SAID = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + UTF8


def attached(
    parameters=b'filename="a.pdf"', content=b"JVBERg==", encoding=b"base64", kind=b"application/pdf"
):
    """Return a mail with a text and a file."""
    head = b"Content-Type: %s\r\nContent-Disposition: attachment; %s\r\n" % (kind, parameters)
    return parts(SAID, head + b"Content-Transfer-Encoding: %s\r\n\r\n%s" % (encoding, content))


def nested(levels):
    """Return a mail whose text lies in that many multiparts."""
    outside = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(levels)
    )
    inside = b"".join(b"\r\n--b%d--\r\n" % i for i in reversed(range(levels)))
    return HEADERS + outside + SAID + inside


def report(status, returned=b"Message-ID: <17@pohjola.example>\r\n\r\nHello", more=b"", **headers):
    """Return a delivery report."""
    return parts(
        SAID,
        b"Content-Type: message/delivery-status\r\n" + more + b"\r\n" + status,
        b"Content-Type: message/rfc822\r\n" + more + b"\r\n" + returned,
        **{"kind": REPORT, "From": b"MAILER-DAEMON@mx.laine.example", **headers},
    )


STATUS = (
    b"Reporting-MTA: dns; mx\r\n\r\n"
    b"Final-Recipient: rfc822; lost@laine.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
)
RETURNED = b"Message-ID: <17@pohjola.example>\r\nSubject: Hi\r\n\r\nHello"

#: mails that need no repair
HEALTHY = {
    "plain text": mail(),
    "plain text in Latin-1": mail(b"text/plain; charset=iso-8859-1", LATIN),
    "no content type": mail(None, b"Hello"),
    "quoted printable": mail(
        body=b"Hyv=C3=A4=C3=A4 p=C3=A4iv=C3=A4=C3=A4=\r\n\r\n",
        Content_Transfer_Encoding=b"quoted-printable",
    ),
    "HTML": mail(b"text/html; charset=utf-8", b"<p>" + UTF8 + b"</p>"),
    "text and HTML": parts(
        SAID,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + UTF8 + b"</p>",
        kind=b"multipart/alternative; boundary=b",
    ),
    "a file": attached(),
    "a file with a long name": attached(
        b"filename*0*=utf-8''tulostin%20on; filename*1*=%20%C3%A4.pdf"
    ),
    "a file named in Japanese": attached(b'filename="=?ISO-2022-JP?B?GyRCRnxLXDhsGyhCLnBkZg==?="'),
    "a text file in Latin-1": attached(
        b"filename=a.csv", encodebytes(LATIN), kind=b"text/csv; charset=iso-8859-1"
    ),
    "winmail.dat": attached(b"filename=winmail.dat", kind=b"application/ms-tnef"),
    "an invitation": parts(
        SAID, b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR"
    ),
    "encoded headers": mail(
        From=b"=?utf-8?Q?P=C3=A4ivi?= <paivi@laine.example>", Subject=b"=?utf-8?B?SHl2w6TDpA==?="
    ),
    "headers in UTF-8": mail(From="Päivi <paivi@laine.example>".encode(), Subject=UTF8),
    "undisclosed recipients": mail(To=b"undisclosed-recipients:;"),
    "a group of recipients": mail(To=b"Team: a@b.example, c@d.example;"),
    "a thousand recipients": mail(To=b",\r\n ".join(b"P <p%d@b.example>" % i for i in range(1000))),
    "line feeds alone": mail().replace(b"\r\n", b"\n"),
    "boundary never closed": parts(SAID).replace(b"--b--\r\n", b""),
    "a delivery report": report(STATUS, RETURNED),
    "emoji and right-to-left": mail(body="שלום 😀".encode()),
    "300 characters of subject": mail(Subject=b"printer " * 37),
    "10 levels": nested(10),
    "a signature": parts(SAID, b"Content-Type: application/pgp-signature; name=s.asc\r\n\r\n--"),
}

#: mails of which the text TEXT must remain
BROKEN = {
    **{
        f"charset {charset!r}": mail(b"text/plain; charset=" + charset)
        for charset in (b"X-UNKNOWN", b'""', b"utf-8\0", b"rot13", b"base64", b"idna", b"undefined")
    },
    "charset missing": mail(b"text/plain"),
    "charset x-gbk": mail(b"text/plain; charset=x-gbk", TEXT.encode("gb18030")),
    "charset UTF-8, text in Latin-1": mail(body=LATIN),
    "charset Latin-1, text in UTF-8": mail(b"text/plain; charset=iso-8859-1"),
    "charset ASCII, text in Latin-1": mail(b"text/plain; charset=us-ascii", LATIN),
    "HTML in an unknown charset": parts(
        b"Content-Type: text/html; charset=X-UNKNOWN\r\n\r\n<p>" + UTF8 + b"</p>"
    ),
    "NUL in the text": mail(body=UTF8 + b"\0"),
    "NUL in HTML": mail(b"text/html; charset=utf-8", b"<p>" + UTF8 + b"\0</p>"),
    "lone surrogates": mail(b"text/plain; charset=utf-7", TEXT.encode("utf-7") + b" +2D0-"),
    **{
        f"media type {kind!r}": mail(kind)
        for kind in (b"foo", b"text", b"/plain", b"", b"text/plain; " + b"(" * 2000, b"text\\plain")
    },
    "media type of ten thousand parameters": mail(b"text/plain; " + b"a=b; " * 10_000),
    "media type with a broken parameter": mail(b"text/plain; charset=utf-8; name*0*"),
    "unknown main type": parts(SAID, b"Content-Type: chemical/x-pdb; name=a.pdb\r\n\r\nATOM"),
    "multipart without boundary": mail(b"multipart/mixed", parts(SAID).partition(b"\r\n\r\n")[2]),
    "multipart with a wrong boundary": parts(SAID, kind=b"multipart/mixed; boundary=c"),
    "multipart that is none": mail(MIXED),
    "multipart in base64": mail(
        MIXED,
        encodebytes(parts(SAID).partition(b"\r\n\r\n")[2]),
        Content_Transfer_Encoding=b"base64",
    ),
    "an encoding with a comment": mail(
        body=encodebytes(UTF8), Content_Transfer_Encoding=b"(x) base64"
    ),
    "an encoding with a semicolon": mail(
        body=encodebytes(UTF8), Content_Transfer_Encoding=b"base64;"
    ),
    "unknown encoding": mail(Content_Transfer_Encoding=b"foo"),
    "base64 that is plain text": mail(Content_Transfer_Encoding=b"base64"),
    "base64 cut off": mail(
        body=encodebytes(UTF8 + b" again").rstrip()[:-3], Content_Transfer_Encoding=b"base64"
    ),
    "base64 with a footer": mail(
        body=encodebytes(UTF8) + b"\r\n_____\r\nThe list, page 1.\r\n",
        Content_Transfer_Encoding=b"base64",
    ),
    "uuencode broken": mail(
        body=b"begin 644 a\r\n" + UTF8 + b"\r\nend\r\n", Content_Transfer_Encoding=b"x-uuencode"
    ),
    "file name in raw ISO-2022-JP": attached(b'filename="\x1b$BF|K\\8l\x1b(B.pdf"'),
    "file name cut within ISO-2022-JP": attached(b"filename*=iso-2022-jp''%1B$B%46%7C.pdf"),
    "file name in an unknown charset": attached(b"filename*=x-unknown''a%E4.pdf"),
    "file name in raw Latin-1": attached(b'filename="\xe4.pdf"'),
    "file name without a beginning": attached(b"filename*1=b.pdf"),
    "file name of 5,000 characters": attached(b'filename="' + b"a" * 5000 + b'.pdf"'),
    "file name with NUL": attached(b'filename="a\0.pdf"'),
    "a text file in the wrong charset": attached(
        b"filename=a.csv", encodebytes(LATIN), kind=b"text/csv; charset=utf-8"
    ),
    **{
        f"sender {value[:30]!r}": mail(From=value)
        for value in (
            b"liisa@laine.example (" + b"(" * 3000,
            b'"',
            b"liisa@[1.2.3.4",
            b"=?utf-8?q?=0A=0Dfoo?= <liisa@laine.example>",
            b"=?us-ascii?Q?=00?= <liisa@laine.example>",
            b"=?x-unknown?Q?Li=E4?= <liisa@laine.example>",
            b"=?utf-8?Q?=ED=A0=80?= <liisa@laine.example>",
            b"Li\xe4 <liisa@laine.example>",
            b"\0liisa@laine.example",
            b"a b liisa@laine.example",
            b".@.",
        )
    },
    "recipients with semicolons": mail(To=b"support@pohjola.example; a@b.example; c@d.example"),
    "5,000 recipients": mail(To=b",\r\n ".join(b"P <p%d@b.example>" % i for i in range(5000))),
    "no sender but a return path": mail(From=None, Return_Path=b"<liisa@laine.example>"),
    "no sender at all": mail(From=None),
    "a sender without address": mail(From=b"Liisa", Reply_To=b"liisa@laine.example"),
    **{
        f"message id {value[:30]!r}": mail(Message_ID=value)
        for value in (
            b"",
            b"<>",
            b"<a@[b",
            b"<[a]@b.example>",
            b"<" + b"(" * 1000 + b"@x>",
            b"<a b@c.example>",
            b"<a\0@c.example>",
            b"<a@c.example>\r\n <d@e.example>",
            b"<" + b"a" * 3000 + b"@c.example>",
            b"a@c.example",
            b"<a\xe4@c.example>",
        )
    },
    "no message id": mail(Message_ID=None),
    **{
        f"date {value[:30]!r}": mail(Date=value)
        for value in (
            b"yesterday",
            b"Mon, 27 Jan 2125 10:00:00 +0200",
            b"Mon, 27 Jan 99999 10:00:00 +0200",
            b"Fri, 31 Dec 9999 23:59:59 -1200",
            b"Mon, 27 Jan 2025 10:00:00 +9999",
            b"1" * 10_000,
        )
    },
    **{
        f"subject {value[:30]!r}": mail(Subject=value)
        for value in (
            b"Printer\0",
            b"Hyv\xe4\xe4",
            b"=?utf-8?B?SGVsbG8gw?= =?utf-8?B?6Qh?=",
            b"=?utf-7?Q?+2AA-?= x",
            b"=?utf-8?Q?a=0D=0ABcc:_x?=",
            b"x" * 100_000,
            b"=?utf-8?Q?" + b"=C3=A4" * 5000 + b"?=",
            b"=?utf-8?" * 10_000,
        )
    },
    "a header of 100 kB": mail(X_Long=b"a" * 100_000),
    "20,000 headers": mail(X_Long=b"a\r\n" + b"X-Long: a\r\n" * 20_000),
    "10,000 references": mail(References=b"<a@b.example>\r\n " * 10_000),
    "NUL in references": mail(In_Reply_To=b"<x\0y@z.example>"),
    "a stray line among the headers": mail().replace(b"Message-ID", b"stray\r\nMessage-ID"),
    "a bare carriage return in a header": mail(Subject=b"Printer\ron fire"),
    "a space before a colon in a part": parts(
        b"X-Other : x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + UTF8
    ),
    "blank lines above the headers": b"\r\n\r\n" + mail(),
    "an empty HTML alternative": parts(
        SAID,
        b"Content-Type: text/html\r\n\r\n<html><body><br></body></html>",
        kind=b"multipart/alternative; boundary=b",
    ),
    "a text before an alternative": parts(
        SAID,
        b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nHi\r\n"
        b"--c\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--c--",
    ),
    "50 levels": nested(50),
    "300 levels": nested(300),
    "HTML of 5,000 levels": mail(
        b"text/html; charset=utf-8", b"<div>" * 5000 + UTF8 + b"</div>" * 5000
    ),
    "HTML of tags that never end": mail(b"text/html; charset=utf-8", UTF8 + b"<a " * 50_000),
    "HTML of 50,000 quotations": mail(
        b"text/html; charset=utf-8", UTF8 + b'<div class="yahoo_quoted">x</div>' * 50_000
    ),
    "50,000 passages quoted": mail(body=UTF8 + b"\r\n> a\r\nb" * 50_000),
    "a mail that is another mail": mail(b"message/rfc822", b"Subject: Fire\r\n" + SAID),
    "an attached mail": parts(
        SAID, b"Content-Type: message/rfc822\r\n\r\nSubject: Fire\r\n\r\nHelp"
    ),
    "an invitation alone": parts(SAID, b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\xe4"),
    "a report without boundary": report(STATUS, kind=b"multipart/report"),
    "a report with a wrong boundary": report(
        STATUS, kind=b"multipart/report; report-type=delivery-status; boundary=x"
    ),
    "a report in base64": report(
        encodebytes(STATUS), encodebytes(RETURNED), b"Content-Transfer-Encoding: base64\r\n"
    ),
    "a report that returns a broken mail": report(STATUS, b"Message-ID: <\r\n\r\nx"),
    "a report in an unknown charset": report(STATUS, RETURNED).replace(
        b"message/rfc822", b"text/rfc822-headers; charset=x-unknown"
    ),
}

#: mails that would keep Odoo busy for minutes
HUGE = {
    "3,000 HTML parts": parts(
        SAID,
        *(
            b"Content-Type: text/html\r\n\r\n<p>Part %d %s</p>" % (i, b"x" * 950)
            for i in range(3000)
        ),
    ),
    "200 HTML parts of 15 kB": parts(
        SAID, *(b"Content-Type: text/html\r\n\r\n<p>" + b"x " * 7500 for _i in range(199))
    ),
    "3,000 files": parts(
        SAID, *(b"Content-Type: image/png; name=a%d.png\r\n\r\nx" % i for i in range(3000))
    ),
    "5 MB of HTML": mail(
        b"text/html; charset=utf-8", UTF8 + b"<p>Hello <b>there</b></p>\r\n" * 190_000
    ),
    "5 MB of text": mail(body=UTF8 + b"\r\nHello there, my friend" * 210_000),
    "2 million empty lines": mail(body=UTF8 + b"\r\n" * 2_000_000),
    "1,000 levels of mails": mail(
        b"message/rfc822", b"Content-Type: message/rfc822\r\n\r\n" * 1000
    ),
    "1,000 levels": nested(1000),
}
