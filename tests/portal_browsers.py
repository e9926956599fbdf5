"""A customer in a real browser, inside the one transaction of an HTTP test."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.addons.bus.websocket import CloseCode, WebsocketConnectionHandler, _kick_all
from odoo.addons.helpdesk_futural_portal.tests.common_http import PortalHttpCase

from .browsers import Browser

DESKTOP, PHONE = (1400, 900), (390, 844)

#: The keys that a person without a mouse needs: code for Windows, and what they type.
_KEYS = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Space": (32, " "),
    "Escape": (27, ""),
    "ArrowUp": (38, ""),
    "ArrowDown": (40, ""),
}
#: The element that has the focus; the conversation is in a shadow tree.
_FOCUSED = """(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) {
        element = element.shadowRoot.activeElement;
    }
    return element;
})()"""
#: Whether the focused element looks otherwise than without the focus, itself or what is around it.
_FOCUS_SHOWS = """(element => {
    const look = () => {
        const looks = [];
        for (let node = element, i = 0; node instanceof Element && i < 3; i++) {
            const style = getComputedStyle(node);
            looks.push(style.outline, style.boxShadow, style.borderColor, style.backgroundColor,
                style.textDecoration, style.opacity);
            node = node.parentElement;
        }
        return looks.join("|");
    };
    const box = element.getBoundingClientRect();
    const focused = look();
    element.blur();
    const blurred = look();
    element.focus({ focusVisible: true });
    return focused !== blurred && box.bottom > 0 && box.top < innerHeight && box.width > 1;
})(%s)"""


class PortalBrowser(Browser):
    """What a person sees and does, by keyboard as well."""

    def resize(self, width: int, height: int) -> None:
        """Become a window, or a phone, of that size in pixels."""
        self._chrome._websocket_request(
            "Emulation.setDeviceMetricsOverride",
            params={"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def calm_down(self) -> None:
        """Show everything at once, as for people who don't want things to move, and no scrollbars."""
        self._chrome._websocket_request("Emulation.setScrollbarsHidden", params={"hidden": True})
        features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        self._chrome._websocket_request("Emulation.setEmulatedMedia", params={"features": features})

    def run(self, script: str):
        """Return what a script gives, or what it promises."""
        answer = self._chrome._websocket_request(
            "Runtime.evaluate",
            params={"expression": script, "awaitPromise": True, "returnByValue": True},
            timeout=90,
        )
        self._case.assertNotIn("exceptionDetails", answer, script[:300])
        return answer["result"].get("value")

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return self.run(
            "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        )

    def photograph(self, path: Path) -> None:
        """Save the whole page, for people who look at it."""
        shot = self._chrome._websocket_request(
            "Page.captureScreenshot", params={"captureBeyondViewport": True}, timeout=60
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    # ------------------------------------------------------------------
    # By keyboard
    # ------------------------------------------------------------------

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key and let it go."""
        code, text = _KEYS[key]
        stroke = {
            "key": " " if key == "Space" else key,
            "code": key,
            "windowsVirtualKeyCode": code,
            "modifiers": 8 if shift else 0,
        }
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        for event in (down, {"type": "keyUp"}):
            self._chrome._websocket_request(
                "Input.dispatchKeyEvent", params={**stroke, **event}, timeout=60
            )

    def type(self, text: str) -> None:
        """Type a text, letter by letter, into what has the focus."""
        for letter in text:
            for event in ({"type": "keyDown", "text": letter}, {"type": "keyUp"}):
                self._chrome._websocket_request(
                    "Input.dispatchKeyEvent", params={"key": letter, **event}, timeout=60
                )

    def tab_to(self, selector: str, text: str = "", *, shift: bool = False) -> None:
        """Press Tab until something has the focus, and check that each stop on the way shows."""
        wanted = (
            f"(element => element.matches({json.dumps(selector)})"
            f" && element.textContent.includes({json.dumps(text)}))({_FOCUSED})"
        )
        for _stop in range(80):
            self.press("Tab", shift=shift)
            if self.run(f"{_FOCUSED} === document.body"):
                continue
            if not self.run(_FOCUS_SHOWS % _FOCUSED):
                where = self.run(f"{_FOCUSED}.outerHTML")
                self._case.fail(f"Who works by keyboard doesn't see where they are: {where[:400]}")
            if self.run(wanted):
                return
        self._case.fail(f"Tab doesn't get to {selector} {text!r}")

    @contextmanager
    def choosing_files(self, files: list[Path]) -> Iterator[None]:
        """Answer the dialog that asks for files, which opens inside the block."""
        opened = threading.Event()
        dialog = {}

        def remember(**event):
            dialog.update(event)
            opened.set()

        self._chrome._handlers["Page.fileChooserOpened"] = remember
        self._chrome._websocket_request(
            "Page.setInterceptFileChooserDialog", params={"enabled": True}
        )
        yield
        self._case.assertTrue(opened.wait(60), "the dialog for files didn't open")
        self._chrome._websocket_request(
            "DOM.setFileInputFiles",
            params={
                "files": [str(file) for file in files],
                "backendNodeId": dialog["backendNodeId"],
            },
        )


class PortalBrowserCase(PortalHttpCase):
    """Customers in browsers. The database is looked at when the browser is closed."""

    @contextmanager
    def browsing(self, user=None, size: tuple[int, int] = DESKTOP) -> Iterator[PortalBrowser]:
        """Give the browser of a user who is signed in, or of a visitor."""
        self._sign_in(user)
        self.env.flush_all()
        self.env.invalidate_all()
        browser = PortalBrowser(self, self.session.sid)
        with (
            self.allow_requests(browser=browser._chrome),
            patch.object(WebsocketConnectionHandler, "websocket_allowed", return_value=True),
        ):
            try:
                browser.resize(*size)
                browser.calm_down()
                yield browser
                browser.check()
            finally:
                _kick_all(CloseCode.KILL_NOW)
                browser.quit()
                self._wait_remaining_requests()
        self.env.invalidate_all()
