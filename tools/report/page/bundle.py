#!/usr/bin/python3
"""Puts the page's sources together: bundle.py OUTPUT TEMPLATE STYLE MODULE.js...

OUTPUT is C++ (page_source.h) if it ends with .cc, and else the page itself, without data. Modules are given in the
order of their dependencies. They are ECMAScript modules, so that each says what it takes from which other; a page
that is opened as a file may not import any, so that here they become one script: imports and the word `export` go,
and no two of them may use the same name at their top.
"""
import re
import sys

NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) ([A-Za-z_$][\w$]*)", re.M)
IMPORT = re.compile(r"^import \{[^}]*\} from '\./([\w.]+)';\n", re.M)
PIECE = 8000  # characters of one string literal: compilers have a limit


class Refused(Exception):
    """What is wrong with the modules, for who builds."""


def script_of(modules):
    """One script of [(file name, text)]."""
    owners, parts = {}, []
    for file, text in modules:
        for wanted in IMPORT.findall(text):
            if wanted not in owners.values():
                raise Refused("%s imports %s, which must stand before it" % (file, wanted))
        for name in NAME.findall(text):
            if name in owners:
                raise Refused("%s and %s both define %s" % (owners[name], file, name))
            owners[name] = file
        owners["file " + file] = file
        text = IMPORT.sub("", text)
        if re.search(r"^import ", text, re.M):
            raise Refused("%s: an import of another form than: import {a, b} from './file.js';" % file)
        parts.append("// ---- %s\n%s" % (file, re.sub(r"^export ", "", text, flags=re.M)))
    script = "(() => {\n'use strict';\n%s\n})();" % "\n".join(parts)
    if "</script" in script:
        raise Refused("a script that holds </script ends there")
    return script


def page_of(template, style, script):
    """The page before and behind its data."""
    before, _, after = template.partition("@DATA@")
    return before.replace("@STYLE@", style), after.replace("@SCRIPT@", script)


def literal(text):
    pieces = [text[i:i + PIECE] for i in range(0, len(text), PIECE)] or [""]
    return "\n".join('    "%s"' % "".join(escaped(c) for c in piece) for piece in pieces)


def escaped(character):
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character == "?":
        return "\\?"  # two of them may begin a trigraph
    return character if " " <= character <= "~" else "".join("\\%03o" % byte for byte in character.encode())


def cpp_of(before, after):
    return """// Made by tools/report/page/bundle.py.
#include "tools/report/page_source.h"

namespace mpcheck {

std::pair<std::string_view, std::string_view> page_source() {
  static constexpr std::string_view kBefore =
%s;
  static constexpr std::string_view kAfter =
%s;
  return {kBefore, kAfter};
}

}  // namespace mpcheck
""" % (literal(before), literal(after))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def main(output, template, style, *modules):
    try:
        script = script_of([(path.rpartition("/")[2], read(path)) for path in modules])
    except Refused as refused:
        sys.exit("bundle.py: %s" % refused)
    before, after = page_of(read(template), read(style), script)
    with open(output, "w", encoding="utf-8") as f:
        f.write(cpp_of(before, after) if output.endswith(".cc") else before + "@DATA@" + after)


if __name__ == "__main__":
    main(*sys.argv[1:])
