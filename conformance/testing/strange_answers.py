"""An adapter for CPython whose answers are strange: by the name of the call, None, a text, a number, an empty list, a list of
other things, a dictionary, or an exception. What it judges is the judge, who must blame such an implementation and not
fall over it.

    MPCHECK_STRANGE=3 strange_answers.py ADAPTER --module=multiprocessing --start-method=fork

MPCHECK_STRANGE: another number, another distribution. What makes objects, and what the puppets do for the runner, is left
as it is, so that claims come to their answers.
"""
import os
import sys
import zlib

if __name__ == "__main__":
    ADAPTER = os.path.dirname(os.path.abspath(sys.argv.pop(1)))
    sys.path[1:1] = [ADAPTER, os.path.join(ADAPTER, "..", "kit", "python")]
    import mpcheck_adapter
    import mpcheck_kit

    LEFT_ALONE = ("batch", "puppet.", "unpicklable", "source.", "collect")
    ANSWERS = [None, "strange", -7, [], [[1, 2], "three"], {"$dict": [["a", 1]]}, True, AttributeError("strange")]

    def answer_for(op):
        return ANSWERS[zlib.crc32((os.environ["MPCHECK_STRANGE"] + op).encode()) % len(ANSWERS)]

    def strangely(perform):
        def perform_strangely(self, command):
            reply = perform(self, command)
            op = command["op"]
            names_something = command.get("as") or op.endswith((".new", ".start", ".enter", ".exit"))
            if "ok" not in reply or names_something or op.startswith(LEFT_ALONE):
                return reply
            answer = answer_for(op)
            if isinstance(answer, Exception):
                return {"raise": mpcheck_kit.describe(answer), "t0": reply["t0"], "t1": reply["t1"]}
            return dict(reply, ok=answer)
        return perform_strangely

    mpcheck_kit.Puppet.perform = strangely(mpcheck_kit.Puppet.perform)
    mpcheck_adapter.main()
