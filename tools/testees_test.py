#!/usr/bin/python3
"""tools/testees as its users meet it: what it would do, and what it refuses. Nothing is installed here."""
import json
import os
import subprocess
import tempfile
import unittest

TESTEES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testees")
TABLE = os.path.join(os.path.dirname(TESTEES), "adapters", "known_implementations.json")

# Stand-ins for Debian's programs: of the packages only `here` is installed, and nothing changes anything.
DPKG_QUERY = """#!/bin/sh
[ "$3" = here ] && printf installed
exit 0
"""
APT_GET = """#!/bin/sh
[ "$1" = indextargets ] && echo http://mirror.example/debian/ && exit 0
echo "apt-get was run: $*" >&2
exit 9
"""


class TesteesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # A checkout with a table of its own.
        self.root = folder.name
        os.makedirs(self.root + "/tools/adapters")
        os.makedirs(self.root + "/bin")
        with open(TESTEES) as program:
            self.write("tools/testees", program.read())
        self.write("bin/dpkg-query", DPKG_QUERY)
        self.write("bin/apt-get", APT_GET)
        self.write("bin/debootstrap", "#!/bin/sh\necho no such suite\nexit 1\n")
        self.write("tools/adapters/known_implementations.json", json.dumps([
            {"name": "old", "what": "w", "debian": ["here"]},
            {"name": "billiard", "what": "w", "debian": ["here", "absent"]},
            {"name": "trixie", "what": "w", "suite": ["python3", "pypy3"]}, {"name": "mp", "what": "w", "get": "x"}]))

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w") as file:
            file.write(text)
        os.chmod(file.name, 0o755)

    def run_it(self, *words):
        done = subprocess.run(["/usr/bin/python3", self.root + "/tools/testees", *words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True,
                              env=dict(os.environ, PATH=self.root + "/bin:/usr/bin:/bin"))
        return done.returncode, done.stdout

    def test_dry_run_says_what_is_missing_and_installs_nothing(self):
        code, said = self.run_it("install", "billiard", "--dry-run")
        self.assertEqual(0, code, said)
        self.assertIn("billiard: needs absent\n", said)
        self.assertRegex(said, "would run: .*apt-get .*install -y --no-install-recommends absent\n")
        self.assertNotIn("apt-get was run", said)

    def test_what_is_here_is_left_alone(self):
        code, said = self.run_it("install", "old")
        self.assertEqual((0, "testees: old: is here already\n"), (code, said))

    def test_all_means_every_one_that_debian_has(self):
        code, said = self.run_it("install", "all", "--dry-run")
        self.assertEqual(0, code, said)
        self.assertIn("old: is here already", said)
        self.assertIn("billiard: needs absent", said)
        self.assertNotIn("trixie", said)

    def test_failure_of_apt_gives_2_and_its_last_words(self):
        code, said = self.run_it("install", "billiard")
        self.assertEqual(2, code, said)
        self.assertIn("apt-get was run", said)

    def test_misspelt_names_get_the_nearest(self):
        for words, meant in ((["install", "biliard"], "billiard"), (["chroot", "trixi"], "trixie")):
            code, said = self.run_it(*words)
            self.assertEqual(64, code, said)
            self.assertIn("did you mean '%s'?" % meant, said)

    def test_wrong_usage_gives_64(self):
        for words in (["frobnicate"], ["install"], ["chroot"], ["install", "old", "--force"], ["install", "mp"]):
            with self.subTest(words):
                self.assertEqual(64, self.run_it(*words)[0])

    def test_chroot_would_be_made_from_this_machines_mirror(self):
        code, said = self.run_it("chroot", "trixie", "--dry-run", "--folder=" + self.root + "/elsewhere")
        self.assertEqual(0, code, said)
        self.assertIn("would run: debootstrap --variant=minbase --include=python3,pypy3 trixie %s/elsewhere.unfinished "
                      "http://mirror.example/debian/" % self.root, said)
        self.assertFalse(os.path.exists(self.root + "/.deps"), said)

    def test_chroot_that_is_here_is_left_alone(self):
        os.makedirs(self.root + "/.deps/chroots/trixie")
        code, said = self.run_it("chroot", "trixie")
        self.assertEqual(0, code, said)
        self.assertIn("trixie: is here already", said)

    def test_folder_that_holds_something_else_is_not_overwritten(self):
        os.makedirs(self.root + "/precious")
        code, said = self.run_it("chroot", "trixie", "--dry-run", "--folder=" + self.root + "/precious")
        self.assertEqual(2, code, said)
        self.assertIn("is there already", said)

    @unittest.skipUnless(os.geteuid() == 0, "only root can make a chroot")
    def test_failed_debootstrap_gives_2_and_leaves_no_chroot(self):
        code, said = self.run_it("chroot", "trixie")
        self.assertEqual(2, code, said)
        self.assertIn("no such suite", said)
        self.assertFalse(os.path.exists(self.root + "/.deps/chroots/trixie"))

    def test_overview_names_the_command_for_each(self):
        code, said = self.run_it()
        self.assertEqual(0, code, said)
        for command in ("tools/testees install billiard", "tools/testees chroot trixie"):
            self.assertIn(command, said)

    def test_table_of_the_checkout_is_whole(self):
        with open(TABLE) as file:
            rows = json.load(file)
        self.assertEqual(len(rows), len({row["name"] for row in rows}))
        for row in rows:
            self.assertEqual(1, len({"debian", "suite", "get"} & set(row)), row)
            self.assertLessEqual({"name", "what", "how"}, set(row), row)


if __name__ == "__main__":
    unittest.main()
