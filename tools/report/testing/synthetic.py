"""Results that nobody measured, in the form of conformance/RESULTS.md: for tests that need many, or need to know them.

    write_results(folder, implementations=40, claims=1284)

The same arguments give the same results. What a claim's number decides: see verdict_of() and trace().
"""
import json
import os

AREAS = ("queue", "joinable_queue", "pipe", "process", "lock", "condition", "event", "barrier", "value", "pool",
         "manager", "shared_memory")
LEVELS = ("MUST", "MUST", "SHOULD", "BEYOND", "VARIATION")
OUTCOMES = ("raises ValueError", "raises AssertionError", "returns None")
NOTES = ("queue.put.blocks_when_full", "queue.get.timeout_raises_empty")
DOCUMENTED = ("QUE-08", "QUE-07")
TRACES = {}  # (violated, is there one): as JSON


def claim_id(number):
    return "%s.behaves_as_the_documentation_says_%d" % (AREAS[number % len(AREAS)], number)


def level_of(number):
    return LEVELS[number // len(AREAS) % len(LEVELS)]


def verdict_of(implementation, number):
    """Later implementations keep more of the contract."""
    if (number * 7 + implementation) % 37 == 0:
        return "violated"
    if (number + implementation) % 23 == 0:
        return "unsupported"
    return "unknown" if (number * 3 + implementation * 5) % 499 == 0 else "holds"


def call(puppet, op, sent, answered, outcome, ended, accepted=("returns",), **more):
    """One step of a trace, in milliseconds."""
    row = {"puppet": puppet, "op": op, "sent_ms": sent, "answered_ms": answered}
    if answered is not None:
        row.update(t0_ns=int(1e9 + (sent + 0.05) * 1e6), t1_ns=int(1e9 + (answered - 0.05) * 1e6))
    return dict(row, accepted=list(accepted), outcome=outcome, ended=ended, **more)


def trace(violated):
    """A queue that is full: a call that blocks, one that raises, and a child that is killed."""
    why = "every thread sleeps without a timeout: 101 in futex, 102 in read"
    return [
        call("main", "queue1 = queue.new(maxsize=1)", 1.0, 2.0, "returned null", "returned"),
        call("main", "p1 = process.new(puppet=\"p1\", objects=[\"queue1\"])", 2.1, 3.0, "returned null", "returned"),
        call("main", "p1.start()", 3.1, 8.0, "returned null", "returned"),
        call("main", "queue1.put(item=1)", 9.0, 9.6, "returned null", "returned"),
        call("p1", "queue1.put(item=2)", 10.0, 21.0, "blocks (proved: %s)" % why, "returned",
             ("blocks, without burning CPU", "returns"), result="returned null",
             blocked=[{"at_ms": 14.0, "proved": True, "why": why}]),
        call("main", "queue1.get()", 20.0, 20.8, "returned %d" % (3 if violated else 1), "returned", ("returns 1",)),
        call("main", "queue1.get(timeout=0.05)", 22.0, 73.0, "raised Empty()", "raised", ("raises Empty",)),
        call("p1", "queue1.get()", 75.0, None, "never returned: its process 102 has ended", "died", ("blocks",),
             blocked=[{"at_ms": 88.0, "proved": False, "why": "102 polls"}]),
        call("main", "p1.join()", 96.0, 97.0, "returned null", "returned"),
    ]


def line(implementation, number):
    verdict, level = verdict_of(implementation, number), level_of(number)
    holds, violated = verdict == "holds", verdict == "violated"
    known = violated and number % 2 == 0
    dirty = number % 97 == 5 and implementation % 4 == 0
    return {
        "claim": claim_id(number), "area": AREAS[number % len(AREAS)], "level": level,
        "says": "What is numbered %d does what the documentation says of it, also while others do the same." % number,
        "notes": [NOTES[number % 2]], "documented": [DOCUMENTED[number % 2]], "verdict": verdict,
        "standing": "unexpected" if violated and not known else "could_not_judge" if verdict == "unknown"
                    else "as_expected",
        "waived": known,
        "complaints": ["the claim is violated, and no waiver says so"] if violated and not known else [],
        "variation": OUTCOMES[(implementation + number) % 3] if holds and level == "VARIATION" else None,
        "presumed": number % 50 == 0,
        "failures": ["Expected: returns 1\n  Actual: main: queue1.get(), it returned 3"] if violated
                    else [] if holds else ["the implementation has no %s" % AREAS[number % len(AREAS)]],
        "hygiene": {"verdict": "dirty", "shared_memory_judged": True, "leftovers": ["left in TMPDIR: pymp-x1"]}
                   if dirty else {"verdict": "clean", "shared_memory_judged": True, "leftovers": []},
        "took_ms": 100.5 + number % 10,
        "about": {"name": "Synthetic", "version": "3.%d" % implementation, "language": "Python",
                  "start_method": ("fork", "spawn", "forkserver")[implementation % 3], "home": "https://example.org"},
        "last_words": "main's process: exit code 0\n" if violated else "",
        "trace": trace(violated) if verdict != "unsupported" else [],
        "began_ns": int(1e9),
        "puppets": [{"puppet": "main", "pid": 101, "ppid": 100, "tid": 101, "came_ms": 0.5, "ended_ms": 99.0,
                     "ending": "exit code 0"},
                    {"puppet": "p1", "pid": 102, "ppid": 101, "tid": 102, "came_ms": 8.2, "ended_ms": 95.0,
                     "ending": "killed by SIGKILL"}] if verdict != "unsupported" else [],
        "interferences": [{"at_ms": 94.0, "pid": 102, "what": "SIGKILL"}] if verdict != "unsupported" else [],
    }


def name_of(implementation):
    return "synthetic-3.%d-%s" % (implementation, ("fork", "spawn", "forkserver")[implementation % 3])


def header(implementation):
    name = name_of(implementation)
    return {"mpcheck_results": 1, "testee": name, "command": ["/usr/bin/python3", "adapter.py"],
            "reproduce": "tools/mpcheck run %s --filter={claim}" % name, "started": "2026-01-02T03:04:05Z"}


def text_of(row):
    """A line. Most of it is the trace, of which there are few different ones."""
    steps = row.pop("trace")
    violated = row["verdict"] == "violated"
    if (violated, bool(steps)) not in TRACES:
        TRACES[violated, bool(steps)] = json.dumps(steps)
    return '%s, "trace": %s}\n' % (json.dumps(row)[:-1], TRACES[violated, bool(steps)])


HOSTILE = ("<img src=x onerror='window.harmed=1'> &amp; \"quoted\" </script><script>window.harmed=2</script> "
           "<!-- \u4e2d\u6587\u5b57 \U0001f40d \u2028 -->")
HOSTILE_NAME = "a<b>&'\"\u4e2d\u6587/%2F #?"


def write_hostile_results(folder, size):
    """One implementation whose every text would harm a page that took it for HTML; of the second claim, texts of `size`."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "hostile.jsonl"), "w", encoding="utf-8") as f:
        f.write(json.dumps(dict(header(0), testee=HOSTILE_NAME, reproduce=HOSTILE, command=[HOSTILE])) + "\n")
        for number, length in enumerate((0, size)):
            text = HOSTILE + "x" * length
            row = dict(line(0, number), says=HOSTILE, verdict="violated", standing="unexpected", waived=True,
                       variation=None, failures=[text], last_words=text + "\nthe end", complaints=[HOSTILE],
                       hygiene={"verdict": "dirty", "shared_memory_judged": True, "leftovers": [text]})
            row["about"] = dict.fromkeys(row["about"], HOSTILE)
            row["trace"] = trace(violated=True)
            row["trace"][1].update(op=text, outcome=text, accepted=[text])
            for each in row["puppets"]:
                each["ending"] = text
            for each in row["interferences"]:
                each["what"] = text
            f.write(json.dumps(row) + "\n")


def write_results(folder, implementations, claims, first=0):
    """Files for so many implementations; returns their paths."""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for implementation in range(first, first + implementations):
        paths.append(os.path.join(folder, name_of(implementation) + ".jsonl"))
        with open(paths[-1], "w", encoding="utf-8") as f:
            f.write(json.dumps(header(implementation)) + "\n")
            f.writelines(text_of(line(implementation, number)) for number in range(claims))
    return paths
