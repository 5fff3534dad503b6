"""Queues and processes: what queues.py offers, and children to use them. See conformance/ADAPTERS.md."""
import mpcheck_kit
import pocket
import queues


def process_new(puppet=None, func=None, objects=(), args=(), kwargs=None):
    target, args = mpcheck_kit.target(puppet, func, objects, args)
    return pocket.Process(target, args, kwargs)


ADAPTER = mpcheck_kit.adapter(
    about=dict(queues.ABOUT, start_method="fork"),
    operations=dict(queues.OPERATIONS, **{
        "process.new": process_new,
        "process.start": pocket.Process.start,
        "process.join": pocket.Process.join,
        "process.is_alive": pocket.Process.is_alive,
        "process.terminate": pocket.Process.terminate,
        "process.exitcode": lambda process: process.exitcode,
        "process.pid": lambda process: process.pid,
    }),
    features=["isolated", "inherits_memory"])

if __name__ == "__main__":
    mpcheck_kit.run_main(ADAPTER)
