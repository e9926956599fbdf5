"""One person's Chromium, driven by its DevTools from outside Odoo: for pictures of the running demo.

Needs ``websocket-client``, so it runs in the virtual environment.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import websocket

from . import console, system
from .console import Failure

#: So long may anything take that a person would see at once, on a machine that is busy.
_PATIENCE = 60
_LOOK_EVERY = 0.1


class Chromium:
    """A browser window of a given size. What is waited for is what a person sees."""

    def __init__(self, connection: websocket.WebSocket, url: str) -> None:
        self._connection = connection
        self._url = url
        self._number = 0
        for domain in ("Page", "Runtime", "Network"):
            self._call(f"{domain}.enable")

    def _call(self, method: str, **params: object) -> dict:
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv())
            if message.get("id") == self._number:
                if "error" in message:
                    raise Failure(f"Chromium, {method}: {message['error'].get('message')}")
                return message["result"]

    def be(self, session: str) -> None:
        """Be the user of that session; nobody, if it is empty."""
        self._call("Network.clearBrowserCookies")
        if session:
            self._call("Network.setCookie", name="session_id", value=session, url=self._url)

    def resize(self, width: int, height: int) -> None:
        """Give the window that size, in pixels; a narrow one is a phone."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 576,
        )

    def go_to(self, path: str) -> None:
        """Open a page of the server anew."""
        # What was begun in a form is given up, or leaving would save it.
        self.run("document.querySelector('.o_form_button_cancel')?.click(); window.gone = true")
        self._call("Page.navigate", url=self._url + path)
        self._wait("!window.gone && document.readyState === 'complete'", path)

    def run(self, script: str) -> object:
        """Run a script in the page; return its value, awaited."""
        answer = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if details := answer.get("exceptionDetails"):
            text = details.get("exception", {}).get("description", details.get("text"))
            raise Failure(f"{script}: {text}")
        return answer["result"].get("value")

    def see(self, selector: str, text: str = "") -> None:
        """Wait until something with that text is on the page."""
        self._wait(f"{_find(selector, text)} !== undefined", f"{selector} {text!r}")

    def miss(self, selector: str) -> None:
        """Wait until nothing of the kind is on the page."""
        self._wait(f"{_find(selector)} === undefined", f"no {selector}")

    def click(self, selector: str, text: str = "") -> None:
        """Click on something as soon as it is there and can be clicked on."""
        found = _find(f"{selector}:not(:disabled)", text)
        self._wait(
            f"(e => e && (e.scrollIntoView({{block: 'nearest'}}), e.click(), true))({found})",
            f"click {selector} {text!r}",
        )

    def point(self, selector: str, text: str = "") -> None:
        """Hold the mouse pointer over something."""
        self.see(selector, text)
        box = self.run(
            f"(r => [r.x + r.width / 2, r.y + r.height / 2])({_find(selector, text)}"
            ".getBoundingClientRect())"
        )
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])

    def write(self, selector: str, text: str) -> None:
        """Type into a field."""
        found = _find(selector)
        self._wait(f"(e => e && (e.focus(), true))({found})", f"in {selector}")
        self._call("Input.insertText", text=text)

    def rest(self) -> None:
        """Wait until nothing is loading, and pictures and fonts are there."""
        self.run(
            "Promise.all([document.fonts.ready, ...[...document.images].map("
            "image => image.complete ? 0 : new Promise(done => {"
            " image.onload = image.onerror = done; setTimeout(done, 5000) }))])"
            ".then(() => new Promise(done => setTimeout(done, 700)))"
        )

    def picture(self, selector: str = "") -> bytes:
        """Return the window, or what is selected of it, as PNG."""
        params: dict[str, object] = {}
        if selector:
            self.see(selector)
            x, y, width, height = self.run(
                f"(r => [r.x, r.y, r.width, r.height])({_find(selector)}.getBoundingClientRect())"
            )
            params["clip"] = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        return base64.b64decode(
            self._call("Page.captureScreenshot", format="png", **params)["data"]
        )

    def _wait(self, condition: str, what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(Failure):  # the page may be changing under the question
                if self.run(f"Boolean({condition})") is True:
                    return
            if time.monotonic() > deadline:
                raise Failure(f"Not seen within {_PATIENCE} seconds: {what}")
            time.sleep(_LOOK_EVERY)


def _find(selector: str, text: str = "") -> str:
    return (
        f"[...document.querySelectorAll({json.dumps(selector)})].find(e => e.getClientRects().length"
        f" && e.textContent.includes({json.dumps(text)}))"
    )


@contextlib.contextmanager
def opened(url: str) -> Iterator[Chromium]:
    """Give a browser for the pages under the URL as long as the block lasts."""
    program = system.find_program(
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
    )
    if not program:
        raise Failure("Chromium is not on this machine.")
    profile = Path(tempfile.mkdtemp(prefix="pictures-"))
    process = subprocess.Popen(
        [
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--font-render-hinting=none",
            "--lang=en-US",
            "--no-proxy-server",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TZ": "Europe/Helsinki"},
        start_new_session=True,
    )
    try:
        yield Chromium(_connect(profile, process), url)
    finally:
        console.terminate(process)
        shutil.rmtree(profile, ignore_errors=True)


def _connect(profile: Path, process: subprocess.Popen) -> websocket.WebSocket:
    file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + _PATIENCE
    while not file.exists() or not file.read_text().strip():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failure("Chromium does not start.")
        time.sleep(_LOOK_EVERY)
    port = file.read_text().split()[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/json/list", timeout=_PATIENCE) as answer:
        [page] = [each for each in json.load(answer) if each["type"] == "page"]
    return websocket.create_connection(
        page["webSocketDebuggerUrl"], timeout=_PATIENCE, suppress_origin=True, http_no_proxy=["*"]
    )
