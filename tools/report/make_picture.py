#!/usr/bin/python3
"""The README's picture: make_picture.py REPORT.html CLAIM IMPLEMENTATION OUTPUT.png

The matrix of a report, and before it the timeline of one of its cells, drawn by a real browser.
"""
import os
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing"))
import browser  # noqa: E402

LAYOUT = """<!doctype html><style>
body { margin: 0; width: 1500px; height: 940px; position: relative; background: #dbe3ec; overflow: hidden; }
img { position: absolute; border-radius: 8px; box-shadow: 0 10px 34px #0b1c3355; }
</style>
<img src="matrix.png" style="left: 28px; top: 28px">
<img src="timeline.png" style="right: 28px; bottom: 28px">"""


def main(report, claim, implementation, output):
    page = "file://" + os.path.realpath(report)
    ready = "document.body.dataset.ready !== undefined && document.body.dataset.ready === location.hash"
    with tempfile.TemporaryDirectory() as folder, browser.Browser(1080, 640) as chromium:
        chromium.open(page)
        chromium.wait(ready)
        chromium.screenshot(folder + "/matrix.png")
        chromium.prefer("dark")
        chromium.resize(1120, 560)
        chromium.open("about:blank")
        chromium.open("%s#/claim/%s/%s" % (page, claim, urllib.parse.quote(implementation)))
        chromium.wait(ready)
        chromium.screenshot(folder + "/timeline.png")
        with open(folder + "/picture.html", "w") as f:
            f.write(LAYOUT)
        chromium.resize(1500, 940)
        chromium.open("file://%s/picture.html" % folder)
        chromium.wait("[...document.images].length === 2 && [...document.images].every((each) => each.complete)")
        chromium.screenshot(output)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
