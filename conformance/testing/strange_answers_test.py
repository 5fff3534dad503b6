#!/usr/bin/python3
"""Every claim comes to a verdict about an implementation whose answers are strange, and the runner to its end."""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import unittest

RUNNER, STRANGE, ADAPTER = (os.path.abspath(path) for path in sys.argv[1:4])
AT_ONCE = 6  # runners; most of them wait
DISTRIBUTION = os.environ.get("MPCHECK_STRANGE", "1")


def environment(part):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "TEST_", "XML_"))}
    return dict(kept, MPCHECK_STRANGE=DISTRIBUTION, GTEST_TOTAL_SHARDS=str(AT_ONCE), GTEST_SHARD_INDEX=str(part))


class StrangeAnswersTest(unittest.TestCase):
    def test_they_are_violations_and_no_fault_of_the_runner(self):
        with tempfile.TemporaryDirectory() as folder:
            def judge(part):
                results = os.path.join(folder, "%d.jsonl" % part)
                command = [RUNNER, "--results=" + results, "--", "/usr/bin/python3", STRANGE, ADAPTER,
                           "--module=multiprocessing", "--start-method=fork"]
                ended = subprocess.run(command, env=environment(part), cwd=folder, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, universal_newlines=True)
                with open(results) as lines:
                    return ended, [json.loads(line) for line in lines if "\"claim\"" in line]
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                parts = list(pool.map(judge, range(AT_ONCE)))
        for ended, _ in parts:
            self.assertIn(ended.returncode, (1, 2), ended.stdout[-3000:])
        told = [each for _, lines in parts for each in lines]
        fallen = [(each["claim"], each["failures"]) for each in told if "the runner failed" in "".join(each["failures"])]
        self.assertEqual(fallen, [])
        self.assertGreater(sum(each["verdict"] == "violated" for each in told), len(told) / 4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
