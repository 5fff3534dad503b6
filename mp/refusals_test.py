#!/usr/bin/python3
"""What must not compile does not, and the compiler says why in a sentence that helps."""
import os
import shutil
import subprocess
import tempfile
import unittest

COMPILER = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")

REFUSED = (
    ("a pointer", "mp::encode(&number)", "a pointer means nothing in another process: send what it points to"),
    ("text in C", "mp::encode(text)", "a C array does not travel: use std::array"),
    ("a view", "mp::encode(std::string_view(text))",
     "a view means nothing in another process: send a std::string or a std::vector"),
    ("a pointer in a struct", "mp::encode(Node{1, nullptr})", "a pointer means nothing in another process"),
    ("a pointer in a vector", "mp::decode<std::vector<int*>>(text)", "a pointer means nothing in another process"),
    ("a class without a codec", "mp::encode(Closed(1))", "this type has no mp::Codec: specialise it"),
    ("a queue of locks", "mp::Queue<mp::Lock>().put(mp::Lock())",
     "what processes share goes to a child when it is made, never through a queue or a connection"),
    ("a queue in a pair", "mp::encode(std::pair(1, mp::Queue<int>()))",
     "what processes share goes to a child when it is made, never through a queue or a connection"),
    ("a shared text", "mp::Value<std::string>()", "a shared value lives in memory that processes share: use a type "
     "without pointers, or an mp::Array<char> for text"),
    ("a shared vector", "mp::RawValue<std::vector<int>>()",
     "use a type without pointers, which can be copied byte by byte"),
    ("an array of texts", "mp::Array<std::string>(3)", "use a type without pointers, or an mp::Array<char> for text"),
    ("a shared pointer", "mp::Value<const int*>()",
     "a pointer means nothing in another process: share what it points to"),
    ("a shared reference", "mp::Value<int&>()", "a reference means nothing in another process: share the value"),
    ("a shared view", "mp::RawValue<std::string_view>()",
     "a view means nothing in another process: share an mp::Array"),
    ("a shared C array", "mp::Value<int[3]>()", "a C array is not one value: use an mp::Array"),
    ("a shared lock", "mp::Value<mp::Lock>()",
     "it is shared by processes already: give it to them beside the value"),
    ("a queue of values", "mp::Queue<mp::Value<int>>().put(mp::Value<int>())",
     "what processes share goes to a child when it is made, never through a queue"),
    ("a lock through a connection", "mp::Pipe<mp::Lock>().first.send(mp::Lock())",
     "what processes share goes to a child when it is made, never through a queue or a connection"),
    ("a target that captures", "int n = 2; mp::Process p([n](int x) { static_cast<void>(x * n); }, 3)",
     "this callable carries state, and state does not cross into another process: capture nothing, and pass the "
     "values as arguments"),
    ("an argument of another type", "mp::Process(worker, std::string())",
     "the target can't be called with these arguments"),
    ("too few arguments", "mp::Process p(worker)", "the target can't be called with these arguments"),
    ("a pointer as an argument", "mp::Process p([](const int*) {}, &number)",
     "a pointer means nothing in another process: send what it points to"),
    ("an argument without a codec", "mp::Process p([](const Closed&) {}, Closed(1))",
     "this type has no mp::Codec: specialise it"),
    ("an action that captures", "int n = 2; mp::Barrier(2, {.action = [n] { static_cast<void>(n); }})",
     "this callable carries state"),
    ("too large a struct", "mp::encode(Large{})", "a struct of more than twelve members needs an mp::Codec of its own"),
)

DECLARATIONS = """
#include "mp/array.h"
#include "mp/barrier.h"
#include "mp/connection.h"
#include "mp/lock.h"
#include "mp/process.h"
#include "mp/queue.h"
#include "mp/value.h"
#include "mp/wire/codec.h"
struct Node { int value; Node* next; };
struct Large { int a, b, c, d, e, f, g, h, i, j, k, l, m; };
class Closed { public: explicit Closed(int n) : n_(n) {} private: int n_; };
const int number = 1;
const char text[] = "text";
inline void worker(int) {}
"""


class RefusalsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Read once by the compiler, and not for each case anew.
        cls.folder = tempfile.TemporaryDirectory()
        cls.header = os.path.join(cls.folder.name, "all.h")
        with open(cls.header, "w") as header:
            header.write(DECLARATIONS)
        subprocess.run([COMPILER, "-std=c++20", "-I.", "-x", "c++-header", cls.header, "-o", cls.header + ".gch"],
                       check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def compile(self, expression):
        """Returns the compiler's exit code and what it said."""
        ended = subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", "-I.", "-include", self.header, "-x", "c++", "-"],
                               input="void check() { %s; }" % expression, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True)
        return ended.returncode, ended.stdout

    def test_what_travels_compiles(self):
        for expression in ('mp::encode(std::string("x"))', "mp::Process p(worker, 3)",
                           'mp::Process p([](std::string) {}, "text")'):
            with self.subTest(expression):
                code, said = self.compile(expression)
                self.assertEqual(code, 0, said)

    def test_what_does_not_travel_is_refused_with_a_sentence(self):
        for name, expression, sentence in REFUSED:
            with self.subTest(name):
                code, said = self.compile(expression)
                self.assertNotEqual(code, 0)
                self.assertIn(sentence, said)


if __name__ == "__main__":
    unittest.main()
