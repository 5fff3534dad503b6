"""The adapter's operations on managers, on what stands behind their proxies, and on listeners and clients.

A part of mpcheck_adapter.py, which says what the signs in the table mean. What a manager's server has to import,
the registered types, is in mpcheck_managed_types.py; it is loaded when a manager is first asked for, since to
import a manager takes longer than to start a child.
"""
import copy
import importlib

from mpcheck_kit import FUNCTIONS, Unsupported, operations

TABLE = """
manager: %new(surplus) start(initializer,initargs) connect shutdown join(timeout) enter=__enter__ exit=__exit__ .address %pid
  get_server list(items) dict(items) %namespace(attributes) value=Value(type,value) array=Array(type,init)
  queue=Queue(maxsize) joinable_queue=JoinableQueue(maxsize) lock=Lock rlock=RLock semaphore=Semaphore(value)
  bounded_semaphore=BoundedSemaphore(value) condition=Condition event=Event barrier=Barrier(parties,!action*,timeout*)
  pool=Pool(processes) %create(type,args)
custom_manager: %new(address*,authkey*,shutdown_timeout*,serializer*)
manager_server: serve_forever .address
proxy: %call(method,args) callmethod=_callmethod(method,args) getvalue=_getvalue %deepcopy %str %repr %equals(other)
list: append(item) extend(items) insert(index,item) pop(index) remove(item) index(item,start,stop) count(item)
  sort(reverse*) reverse len=__len__ contains=__contains__(item) %get(index) set=__setitem__(index,item)
  delete=__delitem__(index) %slice(start,stop) %set_slice(start,stop,items) %iterate add=__add__(items)
  mul=__mul__(times) %iadd(items) %imul(times)
dict: getitem=__getitem__(key) set=__setitem__(key,value) delete=__delitem__(key) get(key,default)
  setdefault(key,default) pop(key,default) popitem update(items) clear copy keys values items len=__len__
  contains=__contains__(key) %iterate
namespace: %get(name) %set(name,value) %delete(name)
listener: %new(address*,family*,backlog*,authkey*) accept close .address .last_accepted enter=__enter__ exit=__exit__
client: %connect(address,family*,authkey*)
"""
OPERATIONS = operations(TABLE)

# The kinds of objects that a manager makes, by their features.
KINDS = {"list": "list", "dict": "dict", "namespace": "Namespace", "value": "Value", "array": "Array", "queue": "Queue",
         "joinable_queue": "JoinableQueue", "lock": "Lock", "rlock": "RLock", "semaphore": "Semaphore",
         "bounded_semaphore": "BoundedSemaphore", "condition": "Condition", "event": "Event", "barrier": "Barrier",
         "pool": "Pool"}


def submodule(name):
    """A submodule of the implementation, such as multiprocessing.managers."""
    import mpcheck_adapter
    try:
        return importlib.import_module(mpcheck_adapter.MODULE.__name__ + "." + name)
    except ImportError:
        raise Unsupported("no %s in %s" % (name, mpcheck_adapter.MODULE.__name__))


def waits_now_and_then(serve_forever):
    """Whether a server's first thread waits for its end, a second at a time. The second itself is no sign: from
    Python 3.15 on a small number is part of the instruction, and none of the function's constants."""
    return "wait" in serve_forever.__code__.co_names


def features(thread):
    """The features of this part. `thread`: a child is a thread, whose managers and addresses are none."""
    if thread:
        return []
    found = []
    try:
        manager = submodule("managers").SyncManager
        found += ["manager", "manager.connect", "manager.register", "manager.refcount", "manager.deque"]
        found += ["manager." + kind for kind in KINDS if hasattr(manager, KINDS[kind])]
        if waits_now_and_then(submodule("managers").Server.serve_forever):
            found.append("manager.heartbeat")
        importlib.import_module("mpcheck_managed_types")  # a nursery's mains find it loaded
    except (Unsupported, AttributeError):
        pass
    try:
        if submodule("connection").Listener and submodule("connection").Client:
            found += ["remote", "remote.tcp", "remote.authkey", "remote.wire"]
    except (Unsupported, AttributeError):
        pass
    return found


def require_same(shared, on):
    """Of += and *=, which bind their name to what the operator returns."""
    if on is not shared:
        raise TypeError("the statement leaves a %s where the proxy was" % type(on).__name__)


class Operations:
    """The operations above of more than one call."""

    def manager_new(self, on, *surplus):
        import mpcheck_adapter
        if not hasattr(mpcheck_adapter.CONTEXT, "Manager"):
            raise Unsupported("no Manager in " + mpcheck_adapter.MODULE.__name__)
        return mpcheck_adapter.CONTEXT.Manager(*surplus)

    def custom_manager_new(self, on, **given):
        submodule("managers")
        import mpcheck_adapter
        from mpcheck_managed_types import PuppetManager
        if mpcheck_adapter.METHOD:
            given["ctx"] = mpcheck_adapter.CONTEXT.get_context()
        return PuppetManager(**given)

    def manager_pid(self, on):
        return getattr(getattr(on, "_process", None), "pid", None)

    def manager_namespace(self, on, attributes=None):
        return on.Namespace(**(attributes or {}))

    def manager_create(self, on, kind, args=()):
        return getattr(on, kind)(*args)

    def proxy_call(self, on, method, args=()):
        return getattr(on, method)(*args)

    def proxy_deepcopy(self, on):
        return copy.deepcopy(on)

    def proxy_str(self, on):
        return str(on)

    def proxy_repr(self, on):
        return repr(on)

    def proxy_equals(self, on, other):
        return on == other

    def list_get(self, on, *index):
        return on[index[0]] if index else on[:]

    def list_slice(self, on, start=None, stop=None):
        return on[start:stop]

    def list_set_slice(self, on, start=None, stop=None, items=()):
        on[start:stop] = items

    def list_iterate(self, on):
        return [item for item in on]

    def list_iadd(self, on, items):
        shared = on
        on += items
        require_same(shared, on)

    def list_imul(self, on, times):
        shared = on
        on *= times
        require_same(shared, on)

    def dict_iterate(self, on):
        return [key for key in on]

    def namespace_get(self, on, name):
        return getattr(on, name)

    def namespace_set(self, on, name, value):
        setattr(on, name, value)

    def namespace_delete(self, on, name):
        delattr(on, name)

    def listener_new(self, on, **given):
        return submodule("connection").Listener(**given)

    def client_connect(self, on, address, **given):
        return submodule("connection").Client(address, **given)


def append(items, item):
    items.append(item)


FUNCTIONS["append"] = append
