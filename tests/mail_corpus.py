"""Mails as no one should send them, made up for test_mail_corpus.py.

``odd_mails`` is a Hypothesis strategy for raw messages in which each part may be broken in one of
the ways that are met in real mailboxes; ``LARGE_AND_DEEP`` has those that are too big for it.
"""

import base64
import codecs
import quopri
from datetime import datetime, timezone
from email.utils import format_datetime

from hypothesis import strategies as st

_ADDRESS = b"apu@apu.example"
#: Stands for what no other message has.
UNIQUE = b"UNIQUE"

# ----------------------------------------------------------------------------
# Pieces of headers
# ----------------------------------------------------------------------------

_CHARSETS = st.sampled_from(
    [
        "utf-8",
        "us-ascii",
        "iso-8859-15",
        "windows-1252",
        "iso-2022-jp",
        "utf-16",
        "utf-7",
        "X-UNKNOWN",
        "x-gbk",
        "x-user-defined",
        "8bit",
        "",
        "ansi_x3.110-1983",
        "utf-8\\",
        "unicode-1-1-utf-7",
        "rot13",
        "hex",
        "base64",
        "zlib",
        "idna",
        "punycode",
        "undefined",
        "ä",
        "cp\0932",
    ]
)

_TEXTS = st.one_of(
    st.sampled_from(
        [
            "Tulostin jumissa",
            "הבעיה עם המדפסת",
            "\u202eمشكلة في الطابعة\u202c",
            "🖨️🔥👩‍👩‍👧‍👦 \U0001f1eb\U0001f1ee",
            "プリンター",
            "x" * 300,
            "Zażółć gęślą jaźń",
            "\ufeff\u200b\u00ad",
            "Re: Re: Vs: AW: [#250127001] #250127001",
            "=?utf-8?Q?not_closed",
            "{{ object.user_id.password }} <t t-out='1/0'/> %s %(name)s",
            "' OR 1=1; DROP TABLE helpdesk_ticket; --",
        ]
    ),
    st.text(max_size=40),
)


@st.composite
def _encoded_words(draw):
    """Encoded words (RFC 2047), most of them wrong."""
    charset, text = draw(_CHARSETS), draw(_TEXTS)
    payload = text.encode("utf-8", "surrogatepass")
    kind = draw(st.sampled_from("BbQqX"))
    if kind in "Bb":
        data = base64.b64encode(payload)
        data = data[: draw(st.sampled_from([None, -1, -2, 7]))]
    else:
        data = quopri.encodestring(payload, header=True).replace(b"\n", b"")
    return b"=?%s?%s?%s?=" % (charset.encode(), kind.encode(), data)


_VALUES = st.one_of(
    _TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    _encoded_words(),
    st.lists(_encoded_words(), min_size=2, max_size=4).map(b"\r\n ".join),
    st.binary(max_size=30),
    st.sampled_from([b"", b" ", b"\t\r\n \r\n\t", b"\xff\xfe\x80", b"a\0b", b"\\", b'"', b"(((("]),
).map(lambda value: value.replace(b"\n\n", b"\n").strip(b"\r\n"))

_SENDERS = st.one_of(
    st.sampled_from(
        [
            b"Matti <matti@asiakas.example>",
            b"matti@asiakas.example",
            b"<>",
            b"",
            b"MAILER-DAEMON",
            b"undisclosed-recipients:;",
            b"Friends: a@asiakas.example, b@asiakas.example;",
            b"a@asiakas.example, b@asiakas.example",
            b'"Meik\xe4l\xe4inen, Matti" <matti@asiakas.example>',
            b"=?utf-8?Q?M=C3=A4?= =?x-unknown?B?w6Q=?= <m@asiakas.example>",
            b"matti@[127.0.0.1]",
            b"\xc3\xa4iti@\xc3\xa4iti.example",
            b"Matti <matti@asiakas.example",
            b"@@@@",
            b"<apu@apu.example>",
            b'"a\\"b\\\\" <"quoted part"@asiakas.example>',
            b"x" * 400 + b"@asiakas.example",
        ]
    ),
    st.tuples(_VALUES, st.just(b" <someone@asiakas.example>")).map(b"".join),
)

_DATES = st.sampled_from(
    [
        b"Thu, 27 Jan 2050 10:00:00 +0200",
        b"Fri, 31 Dec 9999 23:59:59 -1200",
        b"Mon, 01 Jan 0001 00:00:00 +1400",
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Thu, 99 Foo 20026 99:99:99 +9999",
        b"27.1.2025",
        b"2025-01-27T10:00:00Z",
        b"",
        b"Mon, 27 Jan 2025 10:00:00 +99999999999999",
        format_datetime(datetime(2025, 1, 27, tzinfo=timezone.utc)).encode(),
    ]
)

_IDS = st.one_of(
    st.sampled_from(
        [
            b"<>",
            b"no brackets " + UNIQUE,
            b"<<@%s>>" % UNIQUE,
            b"<a b@%s d>" % UNIQUE,
            b"",
            b"<%s@y> <z@w>" % UNIQUE,
            b"<" + b"i" * 1500 + UNIQUE + b"@asiakas.example>",
            b"<1-openerp-99999999999999999999-helpdesk.ticket@" + UNIQUE + b">",
            b"<\xe4@%s>" % UNIQUE,
            b"=?utf-8?B?PGFAYj4=?=",
        ]
    ),
    st.binary(min_size=1, max_size=12).map(
        lambda b: b"<" + b.hex().encode() + b"@asiakas.example>"
    ),
)

_MARKS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"Auto-Submitted",
                b"Precedence",
                b"List-Id",
                b"Reply-To",
                b"Return-Path",
                b"X-Auto-Response-Suppress",
                b"Authentication-Results",
                b"Sender",
                b"Cc",
                b"To",
                b"References",
                b"In-Reply-To",
                b"Content-Description",
                b"Received",
                b"X-Odoo-Objects",
                b"Bad Name",
                b"",
            ]
        ),
        st.one_of(
            _VALUES, _SENDERS, _IDS, st.sampled_from([b"auto-replied", b"bulk", b"auto-generated"])
        ),
    ),
    max_size=5,
)

# ----------------------------------------------------------------------------
# Bodies
# ----------------------------------------------------------------------------

_PAYLOADS = st.one_of(
    st.binary(max_size=300),
    _TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b"",
            b"Hello\0World\0",
            b"<p>Hei <b>kaikki<p></div></html>" * 5,
            b"<html><body><script>alert(1)</script><img src=x onerror=alert(1)></body>",
            b"<![if !mso]><table><tr><td>" * 20,
            "<p>" + "&#0;&#x1F525;\u202e" * 3 + "</p>",
            "<?xml version='1.0' encoding='x-unknown'?><p>x</p>",
            b"\xef\xbb\xbfBOM",
            b"+AOQ-+ADw-script+AD4-",
            b"--\r\n--\r\n--b--\r\n",
            b"From nobody\r\n.\r\n..\r\n",
            b"=\r\n=3D=ZZ=\r\n",
            b"begin 644 x.txt\r\n#0V%T\r\n`\r\nend\r\n",
        ]
    ).map(lambda text: text.encode() if isinstance(text, str) else text),
)

_TYPES = st.sampled_from(
    [
        b"text/plain",
        b"text/html",
        b"TEXT/HTML",
        b"text",
        b"",
        b"wrong/type/here",
        b"image/png",
        b"application/octet-stream",
        b"application/ms-tnef",
        b"text/calendar; method=REQUEST",
        b"message/rfc822",
        b"message/delivery-status",
        b"message/partial",
        b"message/external-body",
        b"chemical/x-pdb",
        b"unknown/unknown",
        b"multipart/mixed",
        b"multipart/signed",
        b"multipart/report; report-type=delivery-status",
    ]
)

_ENCODINGS = st.sampled_from(
    [b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable", b"x-uuencode", b"", b"bogus"]
)

_FILE_NAMES = st.sampled_from(
    [
        b'filename="n\xc3\xa4ytt\xc3\xb6.png"',
        b"filename*=utf-8''n%C3%A4ytt%C3%B6.png",
        b"filename*=x-unknown'fi'%E4%ZZ",
        b"filename*0*=iso-2022-jp''%1B$B; filename*2*=gap",
        b'filename="=?iso-2022-jp?B?GyRCSVUhPBsoQi50eHQ=?="',
        b'filename="=?ISO-2022-JP?B?GyRCSVU?="',
        b'filename="../../../etc/passwd\0.txt"',
        b'filename="' + b"x" * 400 + b'"',
        b"filename=",
    ]
)


@st.composite
def _leaves(draw):
    """A part without parts."""
    lines = []
    if draw(st.booleans()):
        charset = draw(_CHARSETS).encode()
        quote = draw(st.sampled_from([b"", b'"']))
        lines.append(b"Content-Type: %s; charset=%s%s%s" % (draw(_TYPES), quote, charset, quote))
    if draw(st.booleans()):
        lines.append(b"Content-Transfer-Encoding: " + draw(_ENCODINGS))
    if draw(st.booleans()):
        kind = draw(st.sampled_from([b"attachment", b"inline", b"bogus", b""]))
        lines.append(b"Content-Disposition: %s; %s" % (kind, draw(_FILE_NAMES)))
    if draw(st.booleans()):
        lines.append(b"Content-ID: " + draw(_IDS))
    payload = draw(_PAYLOADS)
    if draw(st.booleans()):
        payload = base64.encodebytes(payload)
    return b"\r\n".join([*lines, b"", payload])


@st.composite
def _multiparts(draw, children):
    """A part with parts, whose boundary is right, or missing, or another one."""
    declared, used = draw(
        st.sampled_from(
            [
                (b'; boundary="bound"', b"bound"),
                (b"; boundary=bound", b"bound"),
                (b"", b"bound"),
                (b"; boundary=", b"bound"),
                (b'; boundary="other"', b"bound"),
                (b'; boundary="bo und?', b"bo und?"),
                (b"; boundary*=utf-8''b%C3%A4", "bä".encode()),
            ]
        )
    )
    kind = draw(
        st.sampled_from([b"mixed", b"alternative", b"related", b"report", b"digest", b"x-odd"])
    )
    parts = draw(st.lists(children, min_size=0, max_size=4))
    body = b"".join(b"--%s\r\n%s\r\n" % (used, part) for part in parts)
    if draw(st.booleans()):
        body += b"--%s--\r\n" % used
    return b"Content-Type: multipart/%s%s\r\n\r\npreamble\r\n%s" % (kind, declared, body)


_BODIES = st.recursive(_leaves(), _multiparts, max_leaves=6)


@st.composite
def odd_mails(draw):
    """Raw messages to the team's address."""
    lines = [b"Delivered-To: " + _ADDRESS]
    lines += [b"From: " + sender for sender in draw(st.lists(_SENDERS, max_size=3))]
    if draw(st.booleans()):
        lines.append(b"To: " + _ADDRESS)
    lines += [b"Subject: " + value for value in draw(st.lists(_VALUES, max_size=2))]
    if draw(st.booleans()):
        lines.append(b"Date: " + draw(_DATES))
    if draw(st.booleans()):
        lines.append(b"Message-ID: " + draw(_IDS))
    lines += [name + b": " + value for name, value in draw(_MARKS)]
    end = draw(st.sampled_from([b"\r\n", b"\n", b"\r"]))
    head = b"\r\n".join(lines) + b"\r\n"
    return (head + draw(_BODIES)).replace(b"\r\n", end) if end != b"\r\n" else head + draw(_BODIES)


# ----------------------------------------------------------------------------
# Too large to be drawn
# ----------------------------------------------------------------------------


def _mail(number, body, headers=b""):
    return (
        b"From: Matti <matti@asiakas.example>\r\nTo: %s\r\nSubject: Large %d\r\n"
        b"Message-ID: <large%d@asiakas.example>\r\n%s%s" % (_ADDRESS, number, number, headers, body)
    )


def _nested(depth, kind=b"mixed"):
    """Multiparts within multiparts."""
    body = b"Content-Type: text/plain\r\n\r\nat the bottom\r\n"
    for level in range(depth):
        body = b'Content-Type: multipart/%s; boundary="b%d"\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n' % (
            kind,
            level,
            level,
            body,
            level,
        )
    return body


def _forwarded(depth):
    """Messages within messages."""
    body = b"Subject: at the bottom\r\n\r\nHello\r\n"
    for _level in range(depth):
        body = b"Content-Type: message/rfc822\r\n\r\n" + body
    return body


def _parts(count, part):
    return (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + (b"--b\r\n" + part + b"\r\n") * count
        + b"--b--\r\n"
    )


_PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
_HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
_LINE = b"The printer is jammed again and nobody knows why it should be so. " + b"\r\n"

#: What it is called: the message.
LARGE_AND_DEEP = {
    "a text of 5 MB": _mail(1, _PLAIN + _LINE * (5_000_000 // len(_LINE))),
    "a page of 5 MB": _mail(2, _HTML + b"<p>%s</p>" % _LINE * (5_000_000 // len(_LINE))),
    "a line of 5 MB": _mail(3, _PLAIN + b"x" * 5_000_000),
    "an attachment of 5 MB": _mail(
        4,
        b'Content-Type: application/pdf; name="x.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(b"\0\1\2" * 1_700_000),
    ),
    "5 MB of NUL bytes": _mail(5, _PLAIN + b"\0" * 5_000_000),
    "3,000 parts of HTML": _mail(6, _parts(3000, _HTML + b"<p>%s</p>" % (b"x" * 1000))),
    "100 multiparts in each other": _mail(7, _nested(100)),
    "2,000 multiparts in each other": _mail(8, _nested(2000)),
    "300 alternatives in each other": _mail(9, _nested(300, b"alternative")),
    "100 messages in each other": _mail(10, _forwarded(100)),
    "2,000 messages in each other": _mail(11, _forwarded(2000)),
    "elements in each other": _mail(12, _HTML + b"<div><b><i>" * 5000 + b"deep"),
    "1,000 recipients": _mail(
        13,
        _PLAIN + _LINE,
        b"Cc: " + b",\r\n ".join(b"R%d <r%d@muut.example>" % (i, i) for i in range(1000)) + b"\r\n",
    ),
    "1,000 references": _mail(
        14,
        _PLAIN + _LINE,
        b"References: " + b"\r\n ".join(b"<r%d@muut.example>" % i for i in range(1000)) + b"\r\n",
    ),
    "a header of 1 MB": _mail(15, _PLAIN + _LINE, b"X-Long: " + b"y" * 1_000_000 + b"\r\n"),
    "10,000 headers": _mail(16, _PLAIN + _LINE, b"Received: from a by b\r\n" * 10_000),
    "a subject of 100 kB": _mail(17, _PLAIN + _LINE, b"Subject: " + b"z" * 100_000 + b"\r\n"),
    "bytes of no charset in all headers": _mail(
        18,
        _PLAIN + _LINE,
        b"".join(
            b"%s: <\xe4\xff\x80@asiakas.example>\r\n" % name
            for name in (
                b"Auto-Submitted",
                b"Authentication-Results",
                b"Precedence",
                b"List-Id",
                b"References",
                b"In-Reply-To",
                b"Reply-To",
                b"Return-Path",
                b"Cc",
                b"Message-ID",
                b"Date",
            )
        ),
    ),
    "nothing": b"",
    "an empty line": b"\r\n",
    "no header at all": b"Hello, is there anybody?\r\n",
    "only a header": b"To: " + _ADDRESS,
    "an UTF-16 file": codecs.BOM_UTF16_LE + "To: apu@apu.example\r\n\r\nHello".encode("utf-16-le"),
}
