#!/usr/bin/python3
"""What the runner writes is what results.schema.json and RESULTS.md say: results_schema_test.py RUNNER ADAPTER SCHEMA.

Its claims end in each of the ways there are: calls that return, raise, block and die, puppets that are killed, limits.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

RUNNER, ADAPTER, SCHEMA = (os.path.abspath(path) for path in sys.argv[1:4])
FORK = ["/usr/bin/python3", ADAPTER, "--start-method=fork"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}
BLOCKS = "queue.put.blocks_while_full"
CLAIMS = ("queue.put.*", "queue.get.*", "process.exitcode*", "process.terminate*", "process.kill*", "limit.*", "event.*",
          "process.*signal*")


class ResultsSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            import jsonschema
        except ImportError:
            raise AssertionError("this test needs Debian's python3-jsonschema: tools/setup --for-tests") from None
        with open(SCHEMA, encoding="utf-8") as f:
            schema = json.load(f)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)
        cls.closed = jsonschema.Draft202012Validator(without_strangers(schema))
        cls.fork = cls.results(FORK, CLAIMS)
        cls.broken = cls.results(["/bin/false"], ["queue.put.blocks_while_full"])

    @staticmethod
    def results(adapter, claims):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/r.jsonl"
            subprocess.run([RUNNER, "--results=" + path, "--name=x", "--gtest_filter=" + ":".join(claims), "--", *adapter],
                           env=ENVIRONMENT, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with open(path, encoding="utf-8") as f:
                return [json.loads(line) for line in f]

    def test_every_line_is_valid(self):
        self.assertGreater(len(self.fork), 60)
        for row in self.fork + self.broken:
            self.validator.validate(row)

    def test_the_schema_knows_every_member(self):
        for row in self.fork + self.broken:
            with self.subTest(row.get("claim")):
                self.closed.validate(row)

    def test_a_document_of_them_is_valid(self):
        self.validator.validate({"mpcheck_document": 1, "results": [{"header": self.fork[0], "claims": self.fork[1:]}]})

    def test_the_schema_refuses_what_is_wrong(self):
        good = self.row(BLOCKS)
        for wrong in (dict(good, verdict="perhaps"), dict(good, trace={}), {k: v for k, v in good.items() if k != "says"},
                      dict(good, hygiene={"verdict": "clean"}), dict(good, claim="no dot"), {}):
            self.assertFalse(self.validator.is_valid(wrong))

    # ---- What RESULTS.md promises beside the form

    def row(self, claim):
        return next(row for row in self.fork[1:] if row["claim"] == claim)

    def test_the_header_says_when_and_how_to_see_it_again(self):
        header = self.fork[0]
        self.assertIn("{claim}", header["reproduce"])
        self.assertRegex(header["started"], "^20[0-9-]+T[0-9:]+Z$")

    def test_a_call_that_blocked_says_when_that_was_proved_and_that_it_returned_in_the_end(self):
        row = self.row(BLOCKS)
        call = next(call for call in row["trace"] if ".put(item=2)" in call["op"])
        self.assertEqual(call["ended"], "returned")
        self.assertEqual([each["proved"] for each in call["blocked"]], [True])
        self.assertTrue(call["sent_ms"] <= call["blocked"][0]["at_ms"] <= call["answered_ms"])

    def test_times_of_the_testee_lie_within_those_of_the_runner(self):
        for call in self.row(BLOCKS)["trace"]:
            if call.get("t0_ns"):  # 0: a command of the puppet's own, such as puppet.return
                begin, end = ((call[t] - self.row(BLOCKS)["began_ns"]) / 1e6 for t in ("t0_ns", "t1_ns"))
                self.assertTrue(call["sent_ms"] <= begin <= end <= call["answered_ms"], call)

    def test_every_puppet_of_a_trace_is_listed_with_its_process(self):
        for row in self.fork[1:]:
            with self.subTest(row["claim"]):
                known = {life["puppet"]: life for life in row["puppets"]}
                self.assertLessEqual({call["puppet"] for call in row["trace"]}, set(known))
                if row["trace"]:
                    self.assertEqual(known["main"]["ppid"] > 0, True)

    def test_main_is_seen_to_end_and_how(self):
        main = next(life for life in self.row(BLOCKS)["puppets"] if life["puppet"] == "main")
        self.assertEqual(main["ending"], "exit code 0")
        self.assertGreater(main["ended_ms"], self.row(BLOCKS)["trace"][-1]["sent_ms"])

    def test_signals_and_limits_are_told_with_their_process(self):
        told = {(each["what"].split()[0]) for row in self.fork[1:] for each in row["interferences"]}
        self.assertIn("RLIMIT_NOFILE", told)
        self.assertTrue(any(what == signal.Signals.SIGKILL.name for what in told), told)
        for row in self.fork[1:]:
            pids = {life["pid"] for life in row["puppets"]} | {life["ppid"] for life in row["puppets"]} | {0}
            for each in row["interferences"]:
                if each["what"].startswith("RLIMIT"):
                    self.assertIn(each["pid"], pids)


def without_strangers(schema):
    """The same, but members that it does not name are refused."""
    if isinstance(schema, list):
        return [without_strangers(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: without_strangers(value) for name, value in schema.items()}
    if out.get("type") == "object" and "properties" in out:
        out["additionalProperties"] = False
    return out


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
