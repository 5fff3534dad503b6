#!/usr/bin/python3
"""The page as its readers meet it, in a real browser: report_page_test.py MPCHECK RUNNER ADAPTER STATEMENTS.

Of results that are known (testing/synthetic.py), and of a real run. Screenshots are kept as outputs of the test.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "testing"))
import browser  # noqa: E402
import synthetic  # noqa: E402

MPCHECK, RUNNER, ADAPTER, STATEMENTS = (os.path.abspath(path) for path in sys.argv[1:5])
OUTPUTS = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", "/tmp")
READY = "document.body.dataset.ready === location.hash"
ENVIRONMENT = dict({name: value for name, value in os.environ.items()
                    if not name.startswith(("GTEST_", "TEST_", "XML_"))}, PATH="/usr/bin:/bin")
# Holds, after a proof that put() blocks; violated by threads behind multiprocessing's names.
HOLDS, VIOLATED = "queue.put.blocks_while_full", "pipe.full_direction_leaves_the_other_free"


class Checkout:
    """As much of one as mpcheck needs."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="mpcheck-report-")
        os.makedirs(self.root + "/conformance")
        os.symlink(os.path.dirname(STATEMENTS), self.root + "/conformance/notes")

    def close(self):
        shutil.rmtree(self.root)

    def run(self, *words):
        ended = subprocess.run([MPCHECK, "--root=" + self.root, *words], env=ENVIRONMENT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return ended.returncode, ended.stdout

    def page_of(self, *places):
        path = self.root + "/report.html"
        code, said = self.run("report", "--output=" + path, *places)
        assert code == 0, said
        return "file://" + path


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.addClassCleanup(cls.checkout.close)
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.page = cls.make_page()

    @classmethod
    def make_page(cls):
        raise NotImplementedError

    def setUp(self):
        self.browser.resize(1360, 860)
        self.browser.prefer("light")
        self.browser.open("about:blank")
        self.go("")

    def tearDown(self):
        self.assertEqual(self.browser.errors, [])

    def go(self, hash_):
        self.browser.open(self.page + hash_)
        self.browser.wait("document.body.dataset.ready !== undefined && " + READY)

    def shown(self, condition):
        self.browser.wait(condition)

    def keep(self, name):
        self.browser.screenshot(os.path.join(OUTPUTS, name + ".png"))

    def hash(self):
        return self.browser.evaluate("decodeURIComponent(location.hash)")

    def attribute(self, selector, name):
        return self.browser.evaluate("document.querySelector(%s).getAttribute('%s')" % (json.dumps(selector), name))

    def claim_at_cursor(self):
        return self.attribute(".row.cursor .claim", "title").splitlines()[0]

    def visible_claims(self):
        return int(self.browser.text(".corner").split()[0])


def load_tests(loader, _tests, _pattern):
    """Without the base class, which has no page."""
    suites = [loader.loadTestsFromTestCase(case) for case in (SmallPage, LargePage, HostilePage, TornPage, RealPage)]
    return unittest.TestSuite(suites)


CLAIMS = 240


class SmallPage(PageTest):
    """Three implementations, of which everything is known."""

    @classmethod
    def make_page(cls):
        folder = cls.checkout.root + "/small"
        synthetic.write_results(folder, implementations=3, claims=CLAIMS)
        return cls.checkout.page_of(folder)

    def expected(self, test):
        return sum(1 for number in range(CLAIMS) if test(number))

    # ---- The matrix

    def test_the_matrix_shows_every_implementation_with_its_counts(self):
        self.assertEqual(self.browser.texts(".column .name"), [synthetic.name_of(i) for i in range(3)])
        violated = self.expected(lambda number: synthetic.verdict_of(1, number) == "violated")
        self.assertIn("✗ %d" % violated, self.browser.texts(".column .few-only")[1])
        self.keep("matrix-light")

    def test_a_cell_says_by_word_and_sign_what_its_colour_says(self):
        label = self.attribute(".cell.violated", "aria-label")
        self.assertRegex(label, r"^synthetic-3\.\d-\w+: violated")
        self.assertIn("✗", self.browser.text(".cell.violated"))

    def test_cells_stand_below_the_head_of_their_column(self):
        head, cell = self.browser.box(".column:nth-child(3)"), self.browser.box(".row:not(.area) .cell:nth-child(3)")
        self.assertAlmostEqual(head["x"] + head["width"] / 2, cell["x"] + cell["width"] / 2, delta=4)

    def test_search_leaves_what_matches_and_stands_in_the_address(self):
        self.browser.press("/")
        self.browser.type("numbered 17")
        self.shown("location.hash.includes('q=numbered')")
        self.shown(READY)
        self.assertEqual(self.visible_claims(), self.expected(lambda number: "17" in str(number)))
        self.browser.press("Escape")
        self.assertTrue(self.browser.evaluate("document.activeElement.matches('.matrix')"))

    def test_filters_of_verdict_level_and_area_add_up(self):
        self.browser.click(".chip[data-value=v]")
        self.shown("location.hash.includes('verdict=v')")
        self.shown(READY)
        def is_violated(number):
            return any(synthetic.verdict_of(i, number) == "violated" for i in range(3))
        self.assertEqual(self.visible_claims(), self.expected(is_violated))
        self.assertEqual(self.attribute(".chip[data-value=v]", "aria-pressed"), "true")
        self.browser.click(".chip[data-value=MUST]")
        self.shown("location.hash.includes('level=MUST')")
        self.shown(READY)
        self.assertEqual(self.visible_claims(),
                         self.expected(lambda number: is_violated(number) and synthetic.level_of(number) == "MUST"))
        self.browser.click(".clear")
        self.shown("location.hash === '#/'")
        self.assertEqual(self.visible_claims(), CLAIMS)

    def test_differences_only_leaves_claims_that_they_do_not_agree_on(self):
        self.browser.press("d")
        self.shown("location.hash.includes('diff=1')")
        self.shown(READY)
        def state(i, number):
            row = synthetic.line(i, number)
            return row["verdict"], row["variation"], row["hygiene"]["verdict"] == "dirty"
        self.assertEqual(self.visible_claims(),
                         self.expected(lambda number: len({state(i, number) for i in range(3)}) > 1))

    def test_implementations_can_be_picked_by_name(self):
        self.go("#/?on=3.1")
        self.assertEqual(self.browser.texts(".column .name"), [synthetic.name_of(1)])

    def test_no_claim_left_is_said(self):
        self.go("#/?q=nothing_of_this_name")
        self.assertIn("No claim passes these filters", self.browser.text("main"))

    def test_keys_move_the_cursor_and_open_what_is_there(self):
        self.browser.press("j")
        self.browser.press("j")
        claim = self.claim_at_cursor()
        self.browser.press("Enter")
        self.shown("document.querySelector('.claim-page')")
        self.assertEqual(self.hash(), "#/claim/" + claim)
        self.browser.press("Escape")
        self.shown("document.querySelector('.matrix')")
        self.shown(READY)
        self.assertEqual(self.claim_at_cursor(), claim, "the cursor is where it was")
        self.browser.press("l")
        self.browser.press("Enter")
        self.shown("document.querySelector('.cell-page')")
        self.assertEqual(self.hash(), "#/claim/%s/%s" % (claim, synthetic.name_of(0)))

    def test_last_row_is_drawn_when_the_cursor_goes_there(self):
        self.browser.press("G")
        last = self.attribute(".row.cursor", "aria-rowindex")
        self.assertEqual(int(last), int(self.attribute(".matrix", "aria-rowcount")))
        row, grid = self.browser.box(".row.cursor"), self.browser.box(".matrix")
        self.assertLessEqual(row["y"] + row["height"], grid["y"] + grid["height"] + 1)

    def test_question_mark_lists_the_keys(self):
        self.browser.press("?")
        self.shown("document.querySelector('dialog[open]')")
        self.assertIn("differences only", self.browser.text("dialog"))
        self.keep("keys")
        self.browser.press("Escape")
        self.shown("!document.querySelector('dialog')")

    # ---- Light and dark

    def background(self):
        return self.browser.evaluate("getComputedStyle(document.body).backgroundColor")

    def test_colours_follow_the_system_until_somebody_chooses(self):
        light = self.background()
        self.browser.prefer("dark")
        dark = self.background()
        self.assertNotEqual(light, dark)
        self.keep("matrix-dark")
        self.browser.press("t")
        self.assertEqual(self.background(), light)
        self.browser.press("t")
        self.assertEqual(self.background(), dark)
        self.browser.prefer("light")
        self.assertEqual(self.background(), dark, "what was chosen stays")
        self.browser.evaluate("localStorage.clear()")

    def test_every_text_can_be_read_against_what_is_behind_it(self):
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            for view in ("", "#/totals", "#/compare", "#/claim/" + synthetic.claim_id(36)):
                self.go(view)
                with self.subTest(scheme + view):
                    self.assertEqual(self.browser.evaluate(FAINT_TEXTS), [])

    # ---- Totals, comparison

    def test_totals_count_each_verdict_and_lead_to_the_claims(self):
        self.browser.press("2")
        self.shown("document.querySelector('.totals')")
        cells = self.browser.texts(".totals tbody tr:nth-child(3) > *")
        def holds(number):
            return synthetic.verdict_of(2, number) == "holds"
        wanted = [self.expected(lambda n: holds(n) and synthetic.level_of(n) != "VARIATION"),
                  self.expected(lambda n: holds(n) and synthetic.level_of(n) == "VARIATION"),
                  self.expected(lambda n: synthetic.verdict_of(2, n) == "violated")]
        self.assertEqual(cells[2:5], [str(count) for count in wanted])
        self.keep("totals")
        self.browser.click(".totals tbody tr:nth-child(3) td:nth-child(5) a")
        self.shown("document.querySelector('.matrix')")
        self.shown(READY)
        self.assertEqual(self.visible_claims(), wanted[2])

    def test_comparison_shows_only_what_differs(self):
        self.go("#/compare?a=%s&b=%s" % (synthetic.name_of(0), synthetic.name_of(1)))
        rows = self.browser.evaluate("""[...document.querySelectorAll('.differences tbody tr')].map((row) =>
            [row.className, row.querySelector('a').innerText])""")
        worse = {synthetic.claim_id(n) for n in range(CLAIMS)
                 if synthetic.verdict_of(0, n) == "holds" and synthetic.verdict_of(1, n) != "holds"}
        self.assertLessEqual(worse, {claim for direction, claim in rows if direction == "worse"})
        got_worse = sum(1 for direction, _ in rows if direction == "worse")
        self.assertIn("%d worse" % got_worse, self.browser.text(".compare .counts"))
        same = [n for n in range(CLAIMS) if all(synthetic.line(0, n)[key] == synthetic.line(1, n)[key]
                                                for key in ("verdict", "variation", "hygiene"))]
        self.assertNotIn(synthetic.claim_id(same[0]), [claim for _, claim in rows])
        self.keep("compare")
        self.browser.click(".pair .button")
        self.shown("location.hash.includes('a=' + encodeURIComponent(%s))" % json.dumps(synthetic.name_of(1)))
        self.shown(READY)
        self.assertIn("%d better" % got_worse, self.browser.text(".compare .counts"))

    # ---- A claim

    def violated(self):
        return next(n for n in range(CLAIMS) if synthetic.verdict_of(0, n) == "violated" and n % 2 == 1)

    def test_a_claim_says_what_it_rests_on_and_what_each_did(self):
        number = self.violated()
        self.go("#/claim/" + synthetic.claim_id(number))
        text = self.browser.text("main")
        for part in ("What is numbered %d does" % number, synthetic.NOTES[number % 2], synthetic.DOCUMENTED[number % 2],
                     "The note: 00", "Restated", "not as its waivers say", "Actual: main: queue1.get(), it returned 3",
                     "the claim is violated, and no waiver says so"):
            self.assertIn(part, text)
        self.assertEqual(self.browser.count(".did tbody"), 3)
        self.keep("claim")

    def test_j_and_k_go_from_claim_to_claim(self):
        self.go("#/claim/" + synthetic.claim_id(36))
        self.browser.press("j")
        self.shown("!location.hash.endsWith('_36')")
        self.shown(READY)
        self.browser.press("k")
        self.shown("location.hash.endsWith('_36')")

    def test_what_is_not_there_is_said(self):
        for where, says in (("#/claim/no.such", "No claim of this report is called no.such"),
                            ("#/nowhere", "There is no view called nowhere"),
                            ("#/claim/%s/nobody" % synthetic.claim_id(1),
                             "No implementation of this report is called nobody")):
            self.go(where)
            self.assertIn(says, self.browser.text("main"))

    # ---- The timeline

    def open_timeline(self, number=36):
        self.go("#/claim/%s/%s" % (synthetic.claim_id(number), synthetic.name_of(0)))
        self.shown("document.querySelectorAll('.call').length === 9")

    def bar(self, index):
        return self.browser.box(".call[data-call='%d'] .body" % index)

    def test_timeline_has_a_lane_for_each_process_and_a_bar_for_each_call(self):
        self.open_timeline()
        self.assertEqual(self.browser.texts("svg .process"), ["process 101", "process 102"])
        self.assertEqual(self.browser.texts("svg .lane"), ["main", "p1"])
        lanes = [self.browser.box("svg .lane:nth-of-type(%d)" % n)["y"] for n in (2, 4)]
        for index in (0, 8):
            self.assertLess(abs(self.bar(index)["y"] - lanes[0]), 20)
        for index in (4, 7):
            self.assertLess(abs(self.bar(index)["y"] - lanes[1]), 20)
        self.keep("timeline-steps")

    def test_bars_stand_in_order_of_time(self):
        self.open_timeline()
        for mode in ("steps", "time"):
            self.browser.click("[data-mode=%s]" % mode)
            lefts = [self.bar(index)["x"] for index in (0, 1, 2, 3, 5, 6, 8)]
            self.assertEqual(lefts, sorted(lefts))

    def test_real_time_makes_bars_as_long_as_their_calls(self):
        self.open_timeline()
        self.browser.press("s")
        long, short = self.bar(6)["width"], self.bar(2)["width"]  # 51 ms, 4.9 ms
        self.assertAlmostEqual(long / short, 51 / 4.9, delta=0.5)
        self.keep("timeline-time")

    def test_proofs_presumptions_kills_and_ends_are_marked(self):
        self.open_timeline()
        self.assertEqual(self.browser.count(".call[data-call='4'] .stretch.proved"), 1)
        self.assertEqual(self.browser.count(".call[data-call='7'] .stretch.presumed"), 1)
        self.assertEqual(self.browser.texts("svg .interference text"), ["⚡ SIGKILL"])
        self.assertEqual(sorted(self.browser.texts("svg .end text")), ["■ exit code 0", "✖ killed by SIGKILL"])
        kill, end = self.browser.box("svg .interference line"), self.browser.box("svg .end.violent line")
        self.assertLess(kill["x"], end["x"])
        stretch, bar = self.browser.box(".call[data-call='4'] .stretch rect"), self.bar(4)
        self.assertGreaterEqual(stretch["x"], bar["x"])
        self.assertLess(stretch["x"] + stretch["width"], bar["x"] + bar["width"],
                        "the call went on when main had taken the item")

    def test_wheel_keys_and_buttons_zoom(self):
        self.open_timeline()
        whole = self.bar(6)["width"]
        self.browser.wheel(".timeline svg", -400)
        self.shown("document.querySelector('.call[data-call=\"6\"] .body').getBoundingClientRect().width > %f"
                   % (whole * 1.3))
        self.browser.press("0")
        self.assertAlmostEqual(self.bar(6)["width"], whole, delta=1)
        self.browser.press("+")
        self.assertAlmostEqual(self.bar(6)["width"], whole * 2, delta=3)
        self.browser.press("-")
        self.browser.click("button[aria-label='Nearer (+)']")
        self.assertAlmostEqual(self.bar(6)["width"], whole * 2, delta=3)
        before = self.bar(6)["x"]
        self.browser.press("ArrowRight")
        self.assertLess(self.bar(6)["x"], before)

    def test_the_plot_can_be_dragged(self):
        self.open_timeline()
        self.browser.press("+")
        before, plot = self.bar(6)["x"], self.browser.box(".timeline svg")
        y = plot["y"] + 8
        self.browser.drag((plot["x"] + 700, y), (plot["x"] + 600, y))
        self.assertAlmostEqual(self.bar(6)["x"], before - 100, delta=2)

    def test_keys_and_clicks_choose_a_call_here_and_in_the_list(self):
        self.open_timeline()
        self.browser.press("j")
        self.browser.press("j")
        self.assertEqual(self.browser.evaluate("document.querySelector('.call.selected').dataset.call"), "1")
        self.assertEqual(self.browser.evaluate("document.querySelector('.steps tr.selected').dataset.call"), "1")
        self.browser.click(".steps tr[data-call='6'] td:nth-child(3)")
        self.assertEqual(self.browser.evaluate("document.querySelector('.call.selected').dataset.call"), "6")
        self.browser.click(".call[data-call='5'] .body")
        self.assertEqual(self.browser.evaluate("document.querySelector('.steps tr.selected').dataset.call"), "5")

    def test_a_call_says_all_about_it(self):
        self.open_timeline()
        says = self.browser.evaluate("document.querySelector('.call[data-call=\"4\"]').getAttribute('aria-label')")
        for part in ("p1: queue1.put(item=2)", "returned null", "blocks, without burning CPU; then returns",
                     "At 14.0 ms proved to be blocked: every thread sleeps"):
            self.assertIn(part, says)

    def test_the_line_that_shows_it_again_is_there_and_can_be_copied(self):
        self.open_timeline()
        line = "tools/mpcheck run %s --filter=%s" % (synthetic.name_of(0), synthetic.claim_id(36))
        self.assertEqual(self.browser.text(".reproduce code"), line)
        self.browser.evaluate(
            "navigator.clipboard ? navigator.clipboard.writeText = (text) => { window.copied = text; } : 0")
        self.browser.evaluate("document.execCommand = () => { window.copied = document.activeElement.value; }")
        self.browser.click(".copy")
        self.shown("window.copied")
        self.assertEqual(self.browser.evaluate("window.copied"), line)
        self.shown("document.querySelector('.copy').innerText === 'Copied'")

    def test_brackets_go_to_the_next_implementation(self):
        self.open_timeline()
        self.browser.press("]")
        self.shown("decodeURIComponent(location.hash).endsWith('/%s')" % synthetic.name_of(1))

    def test_an_unsupported_claim_has_no_timeline_and_says_why(self):
        number = next(n for n in range(CLAIMS) if synthetic.verdict_of(0, n) == "unsupported")
        self.go("#/claim/%s/%s" % (synthetic.claim_id(number), synthetic.name_of(0)))
        self.assertIn("There is no trace", self.browser.text("main"))
        self.assertEqual(self.browser.count(".timeline"), 0)

    # ---- Narrow windows, and readers without eyes or mouse

    def test_a_narrow_window_never_scrolls_sideways_as_a_whole(self):
        self.browser.resize(400, 780)
        for view in ("", "#/totals", "#/compare", "#/claim/" + synthetic.claim_id(36),
                     "#/claim/%s/%s" % (synthetic.claim_id(36), synthetic.name_of(0))):
            self.go(view)
            with self.subTest(view):
                self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 400)
            self.keep("narrow-%d" % view.count("/") + (view.partition("/")[2].partition("/")[0] or "matrix"))

    def test_everything_that_can_be_clicked_has_a_name(self):
        for view in ("", "#/compare", "#/claim/%s/%s" % (synthetic.claim_id(36), synthetic.name_of(0))):
            self.go(view)
            with self.subTest(view):
                self.assertEqual(self.browser.evaluate("""[...document.querySelectorAll(
                    'a, button, input, select, [role=button]')]
                    .filter((each) => !(each.innerText || each.textContent || each.getAttribute('aria-label') ||
                                        each.labels?.length)).map((each) => each.outerHTML)"""), [])

    def test_tab_goes_on_in_what_was_opened_by_a_key(self):
        self.browser.press("j")
        self.browser.press("Enter")
        self.shown("document.querySelector('.claim-page')")
        self.shown(READY)
        self.browser.press("Tab")
        self.assertEqual(self.browser.evaluate("document.activeElement.innerText"), "← All claims")
        self.browser.press("Enter")
        self.shown("document.querySelector('.matrix')")
        self.shown(READY)
        self.assertTrue(self.browser.evaluate("document.activeElement.matches('.matrix')"))

    def test_tab_reaches_the_matrix_in_few_steps(self):
        for _ in range(30):
            self.browser.press("Tab")
            if self.browser.evaluate("document.activeElement.matches('.matrix')"):
                break
        self.assertTrue(self.browser.evaluate("document.activeElement.matches('.matrix')"))
        self.assertEqual(self.browser.count(".matrix [tabindex='0']"), 0,
                         "its cells are reached by arrows, not one by one")


# Texts whose colour has less contrast to what is behind them than WCAG's AA asks for (4.5).
FAINT_TEXTS = """(() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const colour = rgba(getComputedStyle(each).backgroundColor);
            if (colour[3] > 250) return colour;
        }
        return [255, 255, 255, 255];
    };
    const faint = new Set();
    for (const element of document.querySelectorAll('main *, header *')) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!hasText || !element.checkVisibility() || element.closest('.off, option, select')) continue;
        const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))]
            .sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < 4.5) faint.add(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
    }
    return [...faint];
})()"""


class LargePage(PageTest):
    """Forty implementations of all claims that the suite has."""
    ALL = 1284

    @classmethod
    def make_page(cls):
        folder = cls.checkout.root + "/large"
        synthetic.write_results(folder, implementations=40, claims=cls.ALL)
        return cls.checkout.page_of(folder)

    def test_all_of_it_can_be_reached_and_little_of_it_is_drawn(self):
        self.assertEqual(self.visible_claims(), self.ALL)
        self.assertEqual(self.browser.count(".column"), 40)
        self.assertLess(self.browser.count(".row"), 80)
        self.browser.press("G")
        self.assertEqual(self.attribute(".row.cursor", "aria-rowindex"), self.attribute(".matrix", "aria-rowcount"))
        self.assertLess(self.browser.count(".row"), 80)
        self.browser.press("g")
        self.keep("large")

    def test_how_long_it_takes_to_open(self):
        self.browser.open("about:blank")
        started = time.monotonic()
        self.go("")
        opened = time.monotonic() - started
        started = time.monotonic()
        self.go("#/claim/" + synthetic.claim_id(36))
        self.assertEqual(self.browser.count(".did tbody"), 40)
        size = os.path.getsize(self.page[len("file://"):])
        print("40 x %d: %.1f MB, opened after %.2f s, a claim with what 40 said after %.2f s"
              % (self.ALL, size / 1e6, opened, time.monotonic() - started))

    def test_a_column_far_to_the_right_comes_into_view(self):
        for _ in range(41):
            self.browser.press("l")
        cell, grid = self.browser.box(".row.cursor .cursor"), self.browser.box(".matrix")
        self.assertLessEqual(cell["x"] + cell["width"], grid["x"] + grid["width"] + 1)


class HostilePage(PageTest):
    """Texts that look like HTML, of another alphabet, and of three megabytes."""
    SIZE = 3000000

    @classmethod
    def make_page(cls):
        folder = cls.checkout.root + "/hostile"
        synthetic.write_hostile_results(folder, cls.SIZE)
        return cls.checkout.page_of(folder)

    def cell(self, number):
        return "#/claim/%s/%s" % (synthetic.claim_id(number), urllib.parse.quote(synthetic.HOSTILE_NAME, safe=""))

    def test_texts_are_shown_as_they_are_and_do_nothing(self):
        for view in ("", "#/totals", "#/claim/" + synthetic.claim_id(0), self.cell(0)):
            self.go(view)
            with self.subTest(view):
                self.assertIn(synthetic.HOSTILE_NAME, self.browser.text("body"))
                self.assertIsNone(self.browser.evaluate("window.harmed"))
                self.assertEqual(self.browser.count("main img, main script, main b b"), 0)
        self.assertIn(synthetic.HOSTILE.split(" \u2028")[0], self.browser.text(".sentence"))
        self.keep("hostile-cell")

    def test_a_cell_that_is_waived_and_yet_not_as_expected_can_be_read(self):
        self.assertEqual(self.browser.count(".cell.waived.unexpected"), 2)
        self.assertEqual(self.browser.evaluate(FAINT_TEXTS), [])

    def test_a_text_of_megabytes_is_whole_and_laid_out_as_far_as_it_is_seen(self):
        started = time.monotonic()
        self.go(self.cell(1))
        print("a cell with texts of %.0f MB: after %.1f s" % (self.SIZE / 1e6, time.monotonic() - started))
        failure = "document.querySelector('.cell-page > details:nth-of-type(2) pre')"
        self.assertGreater(self.browser.evaluate(failure + ".textContent.length"), self.SIZE)
        self.assertGreater(self.browser.evaluate(failure + ".querySelectorAll('.chunk').length"), 100)
        self.assertLess(self.browser.evaluate(failure + ".clientHeight"), 500)
        self.assertLess(self.browser.evaluate(
            "Math.max(...[...document.querySelectorAll('.call')].map((each) => each.getAttribute('aria-label').length))"),
            10000)
        self.keep("hostile-large")

    def test_a_narrow_window_does_not_scroll_sideways(self):
        self.browser.resize(400, 780)
        for view in ("", "#/totals", "#/compare", "#/claim/" + synthetic.claim_id(1), self.cell(1)):
            self.go(view)
            with self.subTest(view):
                self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 400)


class TornPage(PageTest):
    """One file is whole and has one claim, one has half a line in its middle, one at its end, and one is empty."""

    @classmethod
    def make_page(cls):
        folder = cls.checkout.root + "/torn"
        whole, middle, end = synthetic.write_results(folder, implementations=3, claims=1)
        with open(middle, "a", encoding="utf-8") as f:
            f.write('{"claim":"queue.put\n')
        with open(end, "a", encoding="utf-8") as f:
            f.write('{"claim":"queue.put')
        open(folder + "/empty.jsonl", "w").close()
        code, said = cls.checkout.run("report", folder)
        assert code == 2, said
        cls.said = said
        return "file://" + folder + "/report.html"

    def test_what_is_left_out_is_said_by_the_command_and_on_the_page(self):
        for part in ("synthetic-3.1-spawn.jsonl:3: this is no JSON object", "empty.jsonl: this file is empty"):
            self.assertIn(part, self.said)
            self.assertIn(part, self.browser.text(".incomplete"))
        self.assertIn("synthetic-3.2-forkserver: the run was cut short", self.browser.text(".incomplete"))
        self.assertNotIn("synthetic-3.0-fork", self.browser.text(".incomplete"))
        self.keep("torn")

    def test_what_is_whole_is_shown(self):
        self.assertEqual(sorted(self.browser.texts(".column .name")),
                         ["synthetic-3.0-fork", "✂ empty", "✂ synthetic-3.1-spawn", "✂ synthetic-3.2-forkserver"])
        self.assertEqual(self.browser.text(".corner"), "1 claim")
        self.assertEqual(self.browser.count(".cell:not(.not-judged)"), 3)
        self.assertEqual(self.browser.evaluate(FAINT_TEXTS), [])

    def test_results_without_a_claim_say_so(self):
        folder = self.checkout.root + "/no_claim"
        synthetic.write_results(folder, implementations=1, claims=0)
        self.browser.open(self.checkout.page_of(folder))
        self.shown("document.querySelector('.nothing')?.innerText.includes('nothing was judged')")


class RealPage(PageTest):
    """What a run writes by itself."""

    @classmethod
    def make_page(cls):
        code, said = cls.checkout.run("run", "mine", "--runner=" + RUNNER, "--filter=%s:%s" % (HOLDS, VIOLATED),
                                      "--", "/usr/bin/python3", ADAPTER, "--module=multiprocessing.dummy")
        assert code == 1, said
        cls.said = said
        return "file://" + os.path.realpath(cls.checkout.root + "/results/latest/report.html")

    def test_a_run_says_where_its_page_is(self):
        self.assertRegex(self.said, r"(?m)^Report: .*/report\.html")

    def test_it_has_what_was_judged(self):
        self.assertEqual(self.browser.texts(".column .name"), ["mine"])
        self.assertEqual(self.visible_claims(), 2)
        self.assertEqual(self.browser.count(".cell.holds"), 1)
        self.assertEqual(self.browser.count(".cell.violated.unexpected"), 1)

    def test_a_claim_has_its_statements(self):
        self.go("#/claim/" + HOLDS)
        for part in ("queue.put.blocks_when_full", "QUE-08", "multiprocessing.dummy"):
            self.assertIn(part.split(".")[0], self.browser.text("main"))

    def test_the_proof_that_a_call_blocks_is_in_its_timeline(self):
        self.go("#/claim/%s/mine" % HOLDS)
        self.assertEqual(self.browser.count(".stretch.proved"), 1)
        bar = self.attribute(".call:has(.stretch.proved)", "aria-label")
        self.assertIn(".put(item=2)", bar)
        self.assertIn("proved to be blocked: ", bar)
        self.assertEqual(self.browser.count("svg .process"), 1, "threads of one process")
        self.assertGreaterEqual(self.browser.count("svg .lane"), 2)
        self.assertEqual(self.browser.texts("svg .end text"), ["■ exit code 0"])
        self.assertIn(" -- /usr/bin/python3 ", self.browser.text(".reproduce code"))
        self.keep("real-timeline")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
