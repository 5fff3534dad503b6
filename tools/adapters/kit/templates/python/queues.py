"""The smallest adapter that is worth judging: queues. conformance/ADAPTERS.md begins with it."""
import mpcheck_kit
import pocket

ABOUT = {"name": "pocket", "version": pocket.__version__, "language": "Python", "start_method": "none",
         "home": "https://example.org/pocket"}
OPERATIONS = {
    "queue.new": pocket.Queue,
    "queue.put": pocket.Queue.put,
    "queue.get": pocket.Queue.get,
    "queue.put_nowait": lambda queue, item: queue.put(item, block=False),
    "queue.get_nowait": lambda queue: queue.get(block=False),
    "queue.empty": pocket.Queue.empty,
    "queue.full": pocket.Queue.full,
}

if __name__ == "__main__":
    mpcheck_kit.run_main(mpcheck_kit.adapter(about=ABOUT, operations=OPERATIONS))
