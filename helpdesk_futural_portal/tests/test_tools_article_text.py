import unittest

from ..tools.article_text import (
    MAX_QUESTION_WORDS,
    MAX_WORD_LENGTH,
    configuration_of,
    depersonalized,
    split_words,
    without_accents,
    words_of_question,
)


class TestArticleText(unittest.TestCase):
    def test_texts_are_cut_at_everything_that_is_no_letter_or_digit(self):
        self.assertEqual(
            split_words("Wi-Fi: user@pohjola.example, v6.2.1_b"),
            ["wi", "fi", "user", "pohjola", "example", "v6", "2", "1", "b"],
        )
        self.assertEqual(split_words("Straße"), ["strasse"])
        self.assertEqual(split_words(None), [])

    def test_scripts_without_spaces_are_cut_into_pairs(self):
        self.assertEqual(split_words("打印机 L40"), ["打印", "印机", "l40"])
        self.assertEqual(split_words("机"), ["机"])

    def test_letters_lose_their_accents_and_strokes(self):
        self.assertEqual(
            without_accents("kopfhörer påfør łódź œuvre"), "kopfhorer pafor lodz oeuvre"
        )

    def test_a_question_keeps_to_its_limits_and_holds_no_signs(self):
        self.assertEqual(words_of_question("a'&|!:*()<->\\ \0 b a"), ["a", "b"])
        many = words_of_question(" ".join(f"w{number}" for number in range(100)))
        self.assertEqual(len(many), MAX_QUESTION_WORDS)
        self.assertEqual(len(words_of_question("x" * 10_000)[0]), MAX_WORD_LENGTH)

    def test_languages_have_the_dictionary_of_their_own(self):
        self.assertEqual(configuration_of("fi_FI"), "finnish")
        self.assertEqual(configuration_of("nb_NO"), "norwegian")
        self.assertEqual(configuration_of("sr@latin"), "serbian")
        self.assertEqual(configuration_of("tlh"), "simple")
        self.assertEqual(configuration_of(False), "simple")

    def test_what_is_kept_of_a_question_tells_nothing_about_people(self):
        self.assertEqual(
            depersonalized("Invoice 20391123 for liisa@laine.example,  PRINTER!"),
            "invoice for printer",
        )
        self.assertEqual(depersonalized("+358 40 1234567"), "358 40")
