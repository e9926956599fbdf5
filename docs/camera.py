"""Taking a picture: what one is, and how it becomes a small file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from dev.chromium import Chromium

_REPO = Path(__file__).resolve().parent.parent
_PICTURES = "docs/pictures"
_LIMIT = 100_000  # bytes
WINDOW = (1280, 800)
# What moves, blinks, or has nothing to do with the subject.
_STILL = """
    *, *::before, *::after { animation: none !important; transition: none !important;
                             caret-color: transparent !important; }
    .o_notification_manager, .o_loading_indicator, .o_debug_manager { display: none !important; }
"""


@dataclass(frozen=True)
class Picture:
    """What is photographed, as whom."""

    name: str
    login: str  # also the password, as the demo data have it; empty: nobody
    path: str  # xmlids in braces become ids
    show: Callable[[Chromium], str | None]  # may return the selector of a part of the window
    file: str
    size: tuple[int, int]


PICTURES: dict[str, Picture] = {}


def picture(login: str, path: str, *, file: str = "", size: tuple[int, int] = WINDOW):
    """Register the decorated function as what brings a picture of its name about."""

    def register(show: Callable[[Chromium], str | None]) -> Callable[[Chromium], str | None]:
        name = show.__name__
        PICTURES[name] = Picture(name, login, path, show, file or f"{_PICTURES}/{name}.png", size)
        return show

    return register


def optimised(png: bytes) -> bytes:
    """Return the picture with a palette of its own: a third of the size, and no visible difference."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        output = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            output, "PNG", optimize=True
        )
        if output.tell() < _LIMIT:
            break
    return output.getvalue()


def take(page: Chromium, each: Picture, session: str, values: dict[str, object]) -> None:
    """Take one picture and write its file.

    :param session: of who looks
    :param values: what the braces in the path stand for
    """
    path = each.path
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", str(value))
    page.be(session)
    page.resize(*each.size)
    page.go_to(path)
    page.run(
        "document.head.append(Object.assign(document.createElement('style'),"
        f" {{textContent: {json.dumps(_STILL)}}}))"
    )
    part = each.show(page)
    page.rest()
    file = _REPO / each.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(optimised(page.picture(part or "")))
    print(f"  {each.file}: {file.stat().st_size // 1000} kB", flush=True)
