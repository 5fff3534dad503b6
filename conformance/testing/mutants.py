"""Small mistakes that nobody thought of: mechanical edits of a Python package, as faults that plant.py can plant.

    faults = mutants.of_package("/usr/lib/python3.11/multiprocessing", number=200, seed=1, method="fork")

Whoever writes faults by hand writes those that he can imagine, and he has often written the claims as well. Here a
condition is negated, a statement left out, a lock not taken, a bound moved by one, wherever the sources have such a
place; a seed chooses among them, and the same seed chooses the same ones as long as the sources stay the same. What a
mutant breaks nobody knows beforehand: of those that are missed many can be seen by no user.

Left alone is what cannot show: assertions, log messages, texts, what is for Windows only, and the thread-backed dummy.
"""
import ast
import copy
import os
import random

import plant

# Told to a log that is off.
LOGGING = {"debug", "info", "sub_debug", "sub_warning", "sub_info", "log_to_stderr", "warn"}
FOR_WINDOWS = {"win32", "nt", "AF_PIPE"}
LEFT_OUT = {"popen_spawn_win32.py"}
METHODS = {"popen_fork.py": ["fork"], "popen_spawn_posix.py": ["spawn"], "popen_forkserver.py": ["forkserver"],
           "forkserver.py": ["forkserver"], "spawn.py": ["spawn", "forkserver"]}
AREAS = {"queues.py": "queue", "connection.py": "pipe", "reduction.py": "pipe", "pool.py": "pool",
         "managers.py": "manager", "sharedctypes.py": "value", "heap.py": "array", "synchronize.py": "lock",
         "shared_memory.py": "shared_memory", "resource_tracker.py": "shared_memory"}

SWAPPED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
           ast.Add: ast.Sub, ast.Sub: ast.Add}
EQUALITIES = {ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn}


class _Edit:
    """A piece of the source, what stands there instead, and what that is called."""

    def __init__(self, node, replace, what, where):
        self.node, self.replace, self.what, self.where = node, replace, what, where


def _negated(node):
    return "(not (%s))" % ast.unparse(node)


def _with(node, **members):
    other = copy.copy(node)
    for name, value in members.items():
        setattr(other, name, value)
    return other


def _changed(node, **members):
    return "(%s)" % ast.unparse(_with(node, **members))


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def _platform_of(test):
    """Whether `test` asks for Windows: True if it is so there, False if it is so elsewhere, None if it does not ask."""
    if isinstance(test, ast.Name) and test.id == "_winapi":
        return True
    if not isinstance(test, ast.Compare):
        return None
    texts = {each.value for each in ast.walk(test) if _is_text(each)}
    return isinstance(test.ops[0], ast.Eq) if texts & FOR_WINDOWS else None


class _Editor(ast.NodeVisitor):
    """Collects the edits of a module."""

    def __init__(self):
        self.edits, self.names = [], []

    def edit(self, node, replace, what):
        self.edits.append(_Edit(node, replace, what, ".".join(self.names) or "the module"))

    def negate(self, test):
        swapped_says_it = isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in EQUALITIES
        if not swapped_says_it and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            self.edit(test, _negated(test), "negates a condition")
        self.visit(test)

    def visit_all(self, nodes):
        for node in nodes:
            self.visit(node)

    # -- Where we are, and what is left alone

    def visit_ClassDef(self, node):
        self.names.append(node.name)
        self.visit_all(node.body)
        self.names.pop()

    def visit_FunctionDef(self, node):
        self.names.append(node.name)
        self.visit_all(node.args.defaults + [each for each in node.args.kw_defaults if each])
        self.visit_all(node.body)
        self.names.pop()

    def visit_Assert(self, node):
        pass

    def visit_JoinedStr(self, node):
        pass  # what is in it has no place of its own before 3.12

    # -- Statements

    def visit_If(self, node):
        windows = _platform_of(node.test)
        if windows is None:
            self.negate(node.test)
        if windows is not True:
            self.visit_all(node.body)
        if windows is not False:
            self.visit_all(node.orelse)

    def visit_While(self, node):
        if not isinstance(node.test, ast.Constant):
            self.negate(node.test)
        self.visit_all(node.body + node.orelse)

    def visit_With(self, node):
        for item in node.items:
            if item.optional_vars is None and isinstance(item.context_expr, (ast.Name, ast.Attribute)):
                self.edit(item.context_expr, "__import__('contextlib').nullcontext()", "does not enter")
            self.visit(item.context_expr)
        self.visit_all(node.body)

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Call):
            return
        name = getattr(node.value.func, "attr", getattr(node.value.func, "id", ""))
        if name in LOGGING:
            return
        self.edit(node, "pass", "leaves out a call")
        self.visit(node.value)

    def visit_Assign(self, node):
        if any(isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets):
            return
        if all(isinstance(each, (ast.Attribute, ast.Subscript)) for each in node.targets):
            self.edit(node, "pass", "leaves out an assignment")
        self.visit(node.value)

    def visit_AugAssign(self, node):
        self.edit(node, "pass", "leaves out an assignment")
        if type(node.op) in SWAPPED and not _is_text(node.value):
            self.edit(node, ast.unparse(_with(node, op=SWAPPED[type(node.op)]())), "swaps an operator")
        self.visit(node.value)

    def visit_Delete(self, node):
        if not isinstance(node.targets[0], ast.Name):
            self.edit(node, "pass", "leaves out a del")

    def visit_Return(self, node):
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.edit(node, "pass", "leaves out a return")
            return
        self.edit(node, "return None", "returns None")
        self.visit(node.value)

    def visit_Raise(self, node):
        self.edit(node, "pass", "leaves out a raise")

    def visit_Break(self, node):
        self.edit(node, "pass", "leaves out a break")

    def visit_Continue(self, node):
        self.edit(node, "pass", "leaves out a continue")

    def visit_ExceptHandler(self, node):
        if node.type is not None and getattr(node.type, "id", "") != "ImportError":
            self.edit(node.type, "()", "handles no such error")
        self.visit_all(node.body)

    # -- Expressions

    def visit_IfExp(self, node):
        self.negate(node.test)
        self.visit_all([node.body, node.orelse])

    def visit_Compare(self, node):
        if len(node.ops) == 1 and type(node.ops[0]) in SWAPPED:
            self.edit(node, _changed(node, ops=[SWAPPED[type(node.ops[0])]()]), "swaps an operator")
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        self.edit(node, _changed(node, op=SWAPPED[type(node.op)]()), "swaps an operator")
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1:]
            kept = rest[0] if len(rest) == 1 else _with(node, values=rest)
            self.edit(node, "(%s)" % ast.unparse(kept), "leaves out an operand")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            self.edit(node, "(%s)" % ast.unparse(node.operand), "leaves out a not")
            self.visit(node.operand)
        elif isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            self.edit(node, str(-node.operand.value + 1), "moves a number by one")

    def visit_BinOp(self, node):
        if type(node.op) in SWAPPED and not (_is_text(node.left) or _is_text(node.right)):
            self.edit(node, _changed(node, op=SWAPPED[type(node.op)]()), "swaps an operator")
        if not (isinstance(node.op, ast.Mod) and _is_text(node.left)):
            self.generic_visit(node)

    def visit_Call(self, node):
        for i, keyword in enumerate(node.keywords):
            if keyword.arg is not None:
                rest = node.keywords[:i] + node.keywords[i + 1:]
                self.edit(node, _changed(node, keywords=rest), "does not pass %s" % keyword.arg)
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, bool):
            self.edit(node, str(not node.value), "turns True and False round")
        elif isinstance(node.value, (int, float)):
            self.edit(node, "(%r)" % (node.value + 1), "moves a number by one")


class _Lines:
    """The bytes of a module: where its nodes stand, which ast tells in lines and bytes."""

    def __init__(self, text):
        self.bytes = text.encode()
        self.starts = [0]
        for line in self.bytes.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node):
        return (self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset)

    def unique(self, first, last):
        """The span of lines `first` to `last`, widened until it occurs once."""
        while True:
            begin, end = self.starts[first], self.starts[last + 1]
            if self.bytes.count(self.bytes[begin:end]) == 1:
                return begin, end
            first, last = max(0, first - 1), min(len(self.starts) - 2, last + 1)


def of_module(text, file):
    """All mutants of a module's `text`, in the order of their places."""
    lines, editor = _Lines(text), _Editor()
    editor.visit(ast.parse(text))
    stem, out, known = os.path.splitext(file)[0], [], set()
    for edit in editor.edits:
        node = edit.node
        begin, end = lines.span(node)
        outer_begin, outer_end = lines.unique(node.lineno - 1, node.end_lineno - 1)
        find = lines.bytes[outer_begin:outer_end].decode()
        replace = (lines.bytes[outer_begin:begin] + edit.replace.encode() + lines.bytes[end:outer_end]).decode()
        if (find, replace) in known:
            continue
        known.add((find, replace))
        name = "mutant-%s-%d-%d-%s" % (stem, node.lineno, node.col_offset, edit.what.replace(" ", "_"))
        old = " ".join(lines.bytes[begin:end].decode().split())
        fault = {"id": "%s-%d" % (name, len(known)), "file": file, "area": AREAS.get(file, "process"), "find": find,
                 "replace": replace, "breaks": "%s %s: %s -> %s" % (edit.where, edit.what, old, edit.replace)}
        if file in METHODS:
            fault["methods"] = METHODS[file]
        out.append(fault)
    return out


def of_package(package, number, seed, method):
    """`number` mutants of the modules of a package's folder that can show under a start method, chosen by `seed`; all
    if there are not so many."""
    everything = []
    for file in sorted(os.listdir(package)):
        if file.endswith(".py") and file not in LEFT_OUT and method in METHODS.get(file, [method]):
            everything += of_module(plant.read(os.path.join(package, file)), file)
    chosen = random.Random(seed).sample(range(len(everything)), min(number, len(everything)))
    return [everything[i] for i in sorted(chosen)]
