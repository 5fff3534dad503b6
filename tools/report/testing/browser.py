"""A real browser without a window: Debian's chromium, driven over its DevTools protocol through a pipe.

    with Browser() as browser:
        browser.open("file:///tmp/report.html")
        browser.wait("document.querySelector('.matrix')")
        browser.click("nav a:last-child")
        browser.press("j")
        browser.screenshot("page.png")

Input goes the way that a user's goes: through the browser, to what lies under the pointer or has the focus.
"""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60  # seconds until an answer, or what is waited for, is given up
CODES = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}


class Failed(Exception):
    """The browser could not do it, or the page threw; says what and where."""


def program():
    for name in PROGRAMS:
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin")
        if path:
            return path
    raise Failed("this test needs a browser and found none of %s; install Debian's: tools/setup --for-tests "
                 "(or: apt-get install chromium)" % ", ".join(PROGRAMS))


class Browser:
    def __init__(self, width=1360, height=860):
        self.folder = tempfile.mkdtemp(prefix="mpcheck-browser-")
        self.errors = []  # what pages have thrown or logged as errors
        self.buffer = b""
        self.last_id = 0
        self.session = None
        self._start()
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(domain + ".enable")
        self.resize(width, height)

    def _start(self):
        # The browser reads its descriptor 3 and writes its descriptor 4.
        to_browser, self.write_to = os.pipe()
        self.read_from, from_browser = os.pipe()
        words = [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
                 "--disable-background-networking", "--disable-extensions", "--lang=en",
                 "--user-data-dir=" + self.folder, "--remote-debugging-pipe", "about:blank"]
        shell = 'exec 3<&%d 4>&%d; exec "$@"' % (to_browser, from_browser)
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(["/bin/bash", "-c", shell, "browser"] + words,
                                        pass_fds=(to_browser, from_browser),
                                        env=dict(os.environ, HOME=self.folder), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for descriptor in (self.write_to, self.read_from):
            os.close(descriptor)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- The protocol

    def _call(self, method, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_to, data):]
        while True:
            answer = self._receive(method)
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise Failed("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]

    def _receive(self, why):
        while b"\0" not in self.buffer:
            if not select.select([self.read_from], [], [], PATIENCE)[0]:
                raise Failed("the browser has not answered %s within %d s" % (why, PATIENCE))
            part = os.read(self.read_from, 1 << 20)
            if not part:
                raise Failed("the browser has ended during %s; it said: %s" % (why, self._last_words()))
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        event = json.loads(message)
        self._note(event)
        return event

    def _last_words(self):
        with open(os.path.join(self.folder, "log"), "rb") as f:
            return f.read()[-1000:].decode(errors="replace")

    def _note(self, event):
        if event.get("method") == "Runtime.exceptionThrown":
            details = event["params"]["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
            self.errors.append("%(text)s %(url)s" % {"url": "", **event["params"]["entry"]})

    # ---- What a user does

    def open(self, url):
        self._call("Page.navigate", url=url)

    def resize(self, width, height):
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme):
        """'light' or 'dark', as the system says."""
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key, modifiers=0):
        more = {"windowsVirtualKeyCode": CODES[key]} if key in CODES else {}
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        self._call("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=modifiers, **more, **text)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key, modifiers=modifiers, **more)

    def type(self, text):
        for character in text:
            self.press(character)

    def _centre(self, selector):
        box = self.evaluate("""(() => {
            const found = document.querySelector(%s);
            if (!found) return null;
            found.scrollIntoView({block: 'nearest', inline: 'nearest'});
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        })()""" % json.dumps(selector))
        if box is None:
            raise Failed("nothing on the page matches %s" % selector)
        return {"x": box[0], "y": box[1]}

    def click(self, selector):
        self.click_at(**self._centre(selector))

    def click_at(self, x, y):
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def drag(self, start, end):
        for kind, (x, y), more in (("mousePressed", start, {"buttons": 1, "clickCount": 1}),
                                   ("mouseMoved", end, {"buttons": 1}), ("mouseReleased", end, {"clickCount": 1})):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", **more)

    def wheel(self, selector, delta):
        self._call("Input.dispatchMouseEvent", type="mouseWheel", deltaX=0, deltaY=delta, **self._centre(selector))

    # ---- What a user sees

    def evaluate(self, expression):
        """The value of an expression of JavaScript; of a promise, what it resolves to."""
        result = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Failed("%s: %s" % (expression, result["exceptionDetails"]["exception"].get("description")))
        return result["result"].get("value")

    def wait(self, condition):
        """Until an expression is true; looked at in each frame that the page draws."""
        done = self.evaluate("""new Promise((resolve) => {
            const end = performance.now() + %d * 1000;
            const look = () => {
                let value;
                try { value = Boolean(%s); } catch { value = false; }
                if (value || performance.now() > end) resolve(value); else requestAnimationFrame(look);
            };
            look();
        })""" % (PATIENCE // 2, condition))
        if not done:
            raise Failed("waited %d s in vain for: %s" % (PATIENCE // 2, condition))

    def text(self, selector):
        return self.evaluate("document.querySelector(%s).innerText" % json.dumps(selector))

    def texts(self, selector):
        # What stands in a drawing has no innerText, and its title is not shown.
        return self.evaluate("""[...document.querySelectorAll(%s)]
            .map((each) => each.innerText ?? each.firstChild.textContent)""" % json.dumps(selector))

    def count(self, selector):
        return self.evaluate("document.querySelectorAll(%s).length" % json.dumps(selector))

    def box(self, selector):
        """{x, y, width, height} in pixels of the window."""
        return self.evaluate("""(() => {
            const {x, y, width, height} = document.querySelector(%s).getBoundingClientRect();
            return {x, y, width, height};
        })()""" % json.dumps(selector))

    def screenshot(self, path):
        data = self._call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))
