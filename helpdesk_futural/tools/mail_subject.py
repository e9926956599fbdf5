"""What a mail's subject says: case numbers, and the topic without reply prefixes."""

import re
import unicodedata

# "Ticket#2501270011" is how some other system writes its own numbers: ours stand alone.
_TOKEN = re.compile(r"(?<![\w#&/])#\s?([0-9]{9,12})(?!\w)")

# A number of another helpdesk's: "HT00042", "#42", "SUP-2024/0042". Bare digits may be anything.
_FORMER = re.compile(r"(?<![\w#&/.-])(#\s?)?(\w[\w./-]{0,38}\w|\w)(?![\w/-])")
_MOST_FORMER = 20

_BRACKETED = re.compile(rf"\[\s*{_TOKEN.pattern}\s*\]|{_TOKEN.pattern}")

# What mail clients put before the subject of a reply or a forwarded mail. One letter ("R:", "I:",
# as Outlook in Italian) is left out: "R: drive is full" is a subject of its own.
_PREFIX_WORDS = (
    "re|fwd?|aw|wg|sv|vs|vl|vb|vá|antw|doorst|betr|tr|rép|rv|fs|res|enc|rif|odp|pd|ynt|i̇lt|ilt"
    "|atb|pārs|ats|pers|ed|bls|trs|на|отв|пер|ответ|απ|πρθ|σχετ|תגובה|הועבר|رد|إعادة توجيه"
    "|回复|回覆|答复|答覆|转发|轉寄|轉發|返信|転送|회신|답장|전달|vastaus|välitetty|svar|antwort"
)
_PREFIX = re.compile(
    rf"\s*(?:{_PREFIX_WORDS})(?:\s?(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|[\^*]?\d{{1,2}}))?\s*[:：]",
    re.IGNORECASE,
)


def find_case_numbers(subject: str | None) -> list[str]:
    """Return the case numbers that a subject names, first one first, each once.

    A case number is named as ``#250127001`` or ``[#250127001]``, anywhere in the subject. Nine bare
    digits are not one: they may as well be a telephone or order number.

    Full-width characters, non-breaking spaces and invisible direction marks, which some clients
    put in, make no difference.
    """
    return list(dict.fromkeys(_TOKEN.findall(_plain(subject))))


def find_former_numbers(subject: str | None) -> list[str]:
    """Return what in a subject may be the number that a ticket had in another helpdesk.

    That is a word of letters and digits, or digits after ``#``; as it is written and in capitals.

    >>> find_former_numbers("Re: The ticket ht00042 has been closed.")
    ['ht00042', 'HT00042']
    """
    words = [
        word
        for mark, word in _FORMER.findall(_plain(subject))
        if re.search(r"\d", word) and (mark or re.search(r"[^\W\d_]", word))
    ]
    return list(dict.fromkeys(form for word in words for form in (word, word.upper())))[
        :_MOST_FORMER
    ]


def _plain(subject: str | None) -> str:
    """Return the text without invisible characters, full-width ones and unusual spaces."""
    return "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFKC", subject or "")
        if unicodedata.category(character) != "Cf"
    )


def strip_reply_prefixes(subject: str | None) -> str:
    """Return the subject without the prefixes of replies and forwarded mail, however many.

    >>> strip_reply_prefixes("VS: Re[2]: Tulostin jumissa")
    'Tulostin jumissa'
    """
    subject = subject or ""
    start = 0
    while match := _PREFIX.match(subject, start):
        start = match.end()
    return subject[start:].strip()


def subject_key(subject: str | None) -> str:
    """Return the subject as two mails about one thing have it in common.

    Without prefixes of replies, case numbers, and differences of case, spacing and width.

    >>> subject_key("Re: [#250127001]  Printer   JAMMED")
    'printer jammed'
    """
    text = unicodedata.normalize("NFKC", subject or "")
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    before = None
    while text != before:
        before = text
        text = strip_reply_prefixes(_BRACKETED.sub(" ", text))
    return " ".join(text.casefold().split())
