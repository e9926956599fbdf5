"""The manual keeps to what is so: its links, its pictures, and the words that it says are on the screen.

In the manual **bold** words are on the screen, *A → B* is a way through the menus, and *A / B* a
right on the user's form. See docs/README.md.
"""

import ast
import re
from pathlib import Path

import polib
from lxml import etree, html

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

_REPO = Path(__file__).resolve().parent.parent
_ADDONS = ("helpdesk_futural", "helpdesk_futural_timesheet", "helpdesk_futural_portal")
# Of Odoo's own modules, those whose pages and dialogs the manual names.
_CORE = ("web", "mail", "portal", "auth_signup")
_ATTRIBUTES = ("string", "title", "placeholder", "add-label", "confirm", "aria-label", "value")
_LARGEST_PICTURE = 100_000

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_ITALIC = re.compile(r"(?<!\*)\*([^*]+?)\*(?!\*)", re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


def _normal(text: str) -> str:
    return " ".join(text.split())


def _pages() -> list[Path]:
    """Return the manual's chapters, and the pages that lead to them."""
    return [
        *sorted((_REPO / "docs").rglob("*.md")),
        _REPO / "README.md",
        *sorted(_REPO.glob("helpdesk_futural*/readme/*.md")),
    ]


def _chapters() -> dict[str, str]:
    """Return the text of the manual's chapters without what stands in code."""
    docs = _REPO / "docs"
    pages = [docs / "README.md", docs / "journeys.md"]
    for audience in ("agents", "customers", "administrators", "developers", "operations"):
        pages += sorted((docs / audience).glob("*.md"))
    return {str(page.relative_to(_REPO)): _CODE.sub("", page.read_text()) for page in pages}


def _anchors(page: Path) -> set[str]:
    """Return the names by which a page's headings can be linked to."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    }


@tagged("post_install", "-at_install")
class TestManual(TransactionCase):
    def test_every_link_leads_somewhere(self):
        for page in _pages():
            for target in _LINK.findall(_CODE.sub("", page.read_text())):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _hash, anchor = target.partition("#")
                with self.subTest(page=page.name, link=target):
                    file = (page.parent / name).resolve() if name else page
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, _anchors(file))

    def test_every_chapter_is_in_the_index(self):
        index = (_REPO / "docs/README.md").read_text()
        for page in sorted((_REPO / "docs").glob("*/*.md")):
            self.assertIn(f"({page.relative_to(_REPO / 'docs')})", index)

    def test_every_picture_can_be_taken_again_and_is_small_and_shown(self):
        shown = set()
        for page in _pages():
            shown |= {
                (page.parent / target).resolve() for target in _IMAGE.findall(page.read_text())
            }
        for page in sorted(_REPO.glob("helpdesk_futural*/static/description/index.html")):
            sources = html.fromstring(page.read_text()).xpath("//img/@src")
            self.assertTrue(sources)
            shown |= {(page.parent / source).resolve() for source in sources}
        taken = self._pictures_of_the_script()
        for file in sorted(shown):
            with self.subTest(picture=file.name):
                self.assertTrue(file.exists())
                self.assertLess(file.stat().st_size, _LARGEST_PICTURE)
                if file.stem != "icon":
                    self.assertIn(file, taken)
        unused = {file.name for file in taken - shown}
        self.assertFalse(unused, "nobody sees these")
        left = {file.name for file in (_REPO / "docs/pictures").glob("*.png")}
        self.assertFalse(left - {file.name for file in taken}, "the script doesn't take these")

    def _pictures_of_the_script(self) -> set[Path]:
        """Return the files that docs/pictures.py writes; that what it photographs exists is checked."""
        tree = ast.parse((_REPO / "docs/pictures.py").read_text())
        files = set()
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            for call in function.decorator_list:
                if not (isinstance(call, ast.Call) and call.func.id == "picture"):
                    continue
                path = call.args[1].value
                for xmlid in re.findall(r"\{(helpdesk_futural[\w.]*)\}|action-([\w.]+)", path):
                    self.env.ref("".join(xmlid))
                file = {k.arg: k.value.value for k in call.keywords if k.arg == "file"}
                files.add(_REPO / file.get("file", f"docs/pictures/{function.name}.png"))
        return files

    def test_every_way_through_the_menus_exists(self):
        menus = {
            _normal(menu.complete_name.replace("/", " → "))
            for menu in self.env["ir.ui.menu"].with_context(lang="en_US").search([])
        }
        found = 0
        for page, text in _chapters().items():
            for words in map(_normal, _ITALIC.findall(_BOLD.sub("", text))):
                if "→" in words:
                    found += 1
                    with self.subTest(page=page, menu=words):
                        self.assertTrue(words in menus)
        self.assertGreater(found, 40)

    def test_every_right_exists(self):
        groups = self.env["res.groups"].with_context(lang="en_US").search([])
        rights = {f"{group.privilege_id.name} / {group.name}" for group in groups}
        found = 0
        for page, text in _chapters().items():
            for words in map(_normal, _ITALIC.findall(_BOLD.sub("", text))):
                if "→" not in words:
                    found += 1
                    with self.subTest(page=page, right=words):
                        self.assertTrue(words in rights)
        self.assertGreater(found, 2)

    def test_every_word_said_to_be_on_the_screen_is_there(self):
        labels = self._labels()
        found = 0
        for page, text in _chapters().items():
            for words in map(_normal, _BOLD.findall(text)):
                # What ends in a full stop is the beginning of a paragraph.
                if any(letter.isalpha() for letter in words) and not words.endswith("."):
                    found += 1
                    with self.subTest(page=page, words=words):
                        self.assertTrue(words in labels)
        self.assertGreater(found, 200)

    def _labels(self) -> set[str]:
        """Return all that users can read in the web client and in the portal, as far as it is ours or named."""
        env = self.env(context={"lang": "en_US", "active_test": False})
        labels = set()
        for model, field in (
            ("ir.model.fields", "field_description"),
            ("ir.model.fields.selection", "name"),
            ("ir.actions.actions", "name"),
            ("res.groups", "name"),
            ("helpdesk.stage", "name"),
            ("ir.filters", "name"),
        ):
            labels.update(env[model].search([]).mapped(field))
        for view in env["ir.ui.view"].search([("type", "!=", False)]):
            labels |= _texts(etree.fromstring(view.arch_db))
        for template in env["mail.template"].search([("model", "=", "helpdesk.ticket")]):
            labels |= _texts(html.fromstring(template.body_html))
        # Odoo puts together the values of this one when it is asked for them.
        policies = env["product.template"].fields_get(["service_policy"], ["selection"])
        labels.update(label for _value, label in policies["service_policy"]["selection"])
        for addon in _ADDONS:
            labels |= _strings_in_code(_REPO / addon)
        for module in _CORE:
            catalogue = polib.pofile(str(Path(get_module_path(module), "i18n", f"{module}.pot")))
            labels.update(entry.msgid for entry in catalogue)
        return set(map(_normal, filter(None, labels)))


def _texts(arch: etree._Element) -> set[str]:
    texts = set()
    for node in arch.iter(etree.Element):
        texts.update(node.get(name, "") for name in _ATTRIBUTES)
        texts.update((node.text or "", node.tail or ""))
        texts.add("".join(node.itertext()) if len(node) else "")
    return texts


def _strings_in_code(addon: Path) -> set[str]:
    strings = set()
    for file in addon.glob("*/**/*"):
        if "tests" in file.parts:
            continue
        if file.suffix == ".py":
            strings |= {
                node.value
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
        elif file.suffix == ".js":
            strings.update(re.findall(r'"([^"\n]+)"', file.read_text()))
        elif file.suffix == ".xml" and "src" in file.parts:
            strings |= _texts(etree.parse(str(file)).getroot())
    return strings
