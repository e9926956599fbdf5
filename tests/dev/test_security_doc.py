"""docs/security.md says of each risky place what protects it: here, that no place is forgotten."""

import ast
import re
import unittest

from dev import paths

_PAGE = paths.REPO / "docs/security.md"
#: What makes a file one that the page has to tell of, by what is found in it.
_RISKS = {
    "more rights than the user's": re.compile(r"\.sudo\(\)|su=True|SUPERUSER_ID"),
    "an address": re.compile(r"@(http\.)?route\("),
    "HTML of its own": re.compile(r"\bMarkup\("),
    "SQL of its own": re.compile(r"\bSQL\("),
}


def _modules():
    """Give the addons' own modules."""
    for addon in paths.present_addons():
        for file in sorted((paths.REPO / addon).rglob("*.py")):
            if not {"tests", "migrations", "demo"} & set(file.relative_to(paths.REPO).parts):
                yield addon, file


class TestSecurityDoc(unittest.TestCase):
    def test_every_risky_file_stands_on_the_page(self):
        page = _PAGE.read_text()
        sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##)", page, re.DOTALL | re.MULTILINE))
        missing = []
        for addon, file in _modules():
            code = file.read_text()
            for risk, pattern in _RISKS.items():
                # Names repeat among the addons: rights have a section for each.
                where = sections[addon] if risk.startswith("more rights") else page
                if pattern.search(code) and f"`{file.name}`" not in where:
                    missing.append(f"{addon}/{file.name}: {risk}")
        self.assertEqual(missing, [])

    def test_every_test_on_the_page_exists(self):
        named = set(re.findall(r"`(test_\w+)(?:\.py)?`", _PAGE.read_text()))
        found = set()
        for root in (*paths.present_addons(), "tests"):
            for file in (paths.REPO / root).rglob("test_*.py"):
                found |= {file.stem, *re.findall(r"def (test_\w+)", file.read_text())}
        self.assertGreater(len(named), 40)
        self.assertEqual(named - found, set())

    def test_every_sudo_says_why_it_is_safe(self):
        for _addon, file in _modules():
            lines = file.read_text().splitlines()
            tree = ast.parse("\n".join(lines))
            spans = [(n.lineno, n.end_lineno) for n in ast.walk(tree) if isinstance(n, ast.stmt)]
            for call in ast.walk(tree):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr == "sudo"
                    and not call.args
                ):
                    line = call.func.end_lineno
                    begin = max(start for start, end in spans if start <= line <= end)
                    # In the statement, or in the lines above it.
                    near = lines[max(0, begin - 4) : line]
                    with self.subTest(file=file.name, line=line):
                        self.assertRegex("\n".join(near), r"#.*sudo")
