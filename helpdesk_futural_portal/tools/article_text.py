"""How texts and questions are cut into words, alike on both sides of a search; no database needed."""

import re
import unicodedata

#: PostgreSQL's text search configuration for each language code that has one.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
SIMPLE = "simple"

MAX_WORD_LENGTH = 50
MAX_QUESTION_WORDS = 16
#: A search vector holds a megabyte at most; this many letters stay well below in every script.
MAX_TEXT_LENGTH = 50_000
MAX_QUESTION_LENGTH = 500

_WORD = re.compile(r"[^\W_]+")
#: Scripts written without spaces are cut into pairs of letters.
_UNSPACED = re.compile("([\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+)")
#: Letters that are no letter with an accent on it, to Unicode.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_EMAIL = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\d{5,}")


def configuration_of(lang):
    """Return the text search configuration of a language.

    :param str lang: such as ``fi_FI`` or ``sr@latin``
    """
    return CONFIGURATIONS.get(re.split("[_@]", lang or "", maxsplit=1)[0], SIMPLE)


def split_words(text):
    """Return the words of a text in lower case, in their order, with accents."""
    folded = unicodedata.normalize("NFC", text or "").casefold()
    words = []
    for part in _UNSPACED.split(folded):
        if _UNSPACED.fullmatch(part):
            words += [part[i : i + 2] for i in range(max(len(part) - 1, 1))]
        else:
            words += [word[:MAX_WORD_LENGTH] for word in _WORD.findall(part)]
    return words


def without_accents(text):
    """Return the text with plain letters, whether the database has ``unaccent`` or not."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of_question(question):
    """Return the distinct words that somebody asks for, as many as a search takes."""
    words = split_words((question or "")[:MAX_QUESTION_LENGTH])
    return list(dict.fromkeys(words))[:MAX_QUESTION_WORDS]


def depersonalized(question):
    """Return a question in the form that is kept: without addresses and long numbers.

    Questions that differ in case, signs and spaces only become the same.
    """
    text = _EMAIL.sub(" ", (question or "")[:MAX_QUESTION_LENGTH])
    return " ".join(word for word in words_of_question(text) if not _NUMBER.search(word))
