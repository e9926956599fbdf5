"""Which files customers may send."""

from collections.abc import Iterable
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class UploadLimits:
    max_files: int = 10
    max_megabytes: int = 25
    blocked: frozenset[str] = frozenset()

    @property
    def max_bytes(self) -> int:
        return self.max_megabytes * MEGABYTE

    @property
    def max_total(self) -> int:
        """The most bytes that a form's files may have together."""
        return self.max_files * self.max_bytes

    def find_problem(self, name: str, size: int) -> str:
        """Return "type", "size" or "" where the file is welcome."""
        # A name such as "bill.exe." or "bill.exe " is run by Windows all the same.
        extensions = name.lower().rstrip(". ").split(".")[1:]
        if extensions and extensions[-1].strip() in self.blocked:
            return "type"
        return "size" if size > self.max_bytes else ""


def parse_limits(files: object, megabytes: object, blocked: str) -> UploadLimits:
    """Read the limits from settings; what is no positive number stays at its default."""
    return UploadLimits(
        max_files=_positive(files, UploadLimits.max_files),
        max_megabytes=_positive(megabytes, UploadLimits.max_megabytes),
        blocked=frozenset(parse_extensions(blocked)),
    )


def parse_extensions(text: str) -> Iterable[str]:
    """Yield ``exe`` and ``bat`` of ``".EXE, bat"``."""
    for word in text.replace(",", " ").split():
        yield word.strip().lstrip(".").lower()


def _positive(value: object, default: int) -> int:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else default
