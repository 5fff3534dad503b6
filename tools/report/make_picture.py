#!/usr/bin/python3
"""The README's picture: make_picture.py REPORT.html CLAIM IMPLEMENTATION OUTPUT.png [FILTERS]

The matrix of a report (what FILTERS of its address leave: 'area=lock'), and before it the timeline of one of its
cells, drawn by a real browser. A README shows it some 900 pixels wide: letters must stay readable at that.
"""
import os
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing"))
import browser  # noqa: E402

LAYOUT = """<!doctype html><style>
body { margin: 0; width: 1120px; height: 1130px; position: relative; background: #dbe3ec; overflow: hidden; }
img { position: absolute; border-radius: 8px; box-shadow: 0 8px 28px #0b1c3366; }
</style>
<img src="matrix.png" style="left: 20px; top: 20px">
<img src="timeline.png" style="right: 20px; bottom: 20px">"""


def main(report, claim, implementation, output, filters=""):
    page = "file://" + os.path.realpath(report)
    ready = "document.body.dataset.ready !== undefined && document.body.dataset.ready === location.hash"
    with tempfile.TemporaryDirectory() as folder, browser.Browser() as chromium:
        views = (("matrix", (1080, 500), "#/" + ("?" + filters if filters else "")),
                 ("timeline", (1000, 660), "#/claim/%s/%s" % (claim, urllib.parse.quote(implementation))))
        for name, size, view in views:
            chromium.resize(*size)
            chromium.open("about:blank")
            chromium.open(page + view)
            chromium.wait(ready)
            chromium.screenshot("%s/%s.png" % (folder, name))
        with open(folder + "/picture.html", "w") as f:
            f.write(LAYOUT)
        chromium.resize(1120, 1130)
        chromium.open("file://%s/picture.html" % folder)
        chromium.wait("[...document.images].length === 2 && [...document.images].every((each) => each.complete)")
        chromium.screenshot(output)


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    main(*sys.argv[1:])
