"""A run as one page of HTML that needs nothing else: charts of ratios, the table, and how the machine was."""
import html
import re

import forest
import look
import table

# What peers are; in this order they have the colours. Others are packages of Python.
KINDS = ["Python", "Boost.Interprocess", "the kernel's and glibc's", "limits", "other programs"]
KIND_OF = {"boost": 1, "posix_mq": 2, "pipe": 2, "unix_socket": 2, "sem_t": 2, "spsc": 3, "connection": 3,
           "spinning": 3, "futex": 3, "bare_fork": 3, "posix_spawn": 3, "robust_mutex": 3, "atomic_add": 3,
           "openssl_speed": 3, "xargs": 4}
STYLE = """
svg { width: 100%; max-width: 1000px; }
.one { stroke: var(--text); }
.band { fill: var(--faint); opacity: .8; }
.goal { stroke: var(--text); stroke-width: 2; }
.point { stroke-width: 2; }
"""


def kind_of(who):
    return KIND_OF.get(who, 0)


def area_of(operation):
    """Queue of QueuePutGet/8B: the first word."""
    return re.match(r"[A-Z]+[a-z0-9]*|[a-z]+", operation).group(0) if operation[:1].isalpha() else operation


def page(run):
    parts = look.head("Benchmarks", STYLE) + look.items(table.introduction(run)) + [key()]
    areas = {}
    for line in run.lines:
        if line.ratio is not None:
            areas.setdefault(area_of(line.operation), []).append(line)
    for area, lines in areas.items():
        parts += ["<section><h2>%s: how many times as fast mp is</h2>" % html.escape(area),
                  forest.chart(lines, run.floors, kind_of), "</section>"]
    parts += ["<h2>All rows</h2>"] + table_of(table.COLUMNS, table.rows_of(run))
    parts += ["<p>%s</p>" % html.escape(table.goals_text(run.lines))]
    if run.problems:
        parts += ["<h2>Failed</h2>"] + look.items(run.problems)
    parts += machine_section(run)
    return "\n".join(parts + ["</body></html>"]) + "\n"


def key():
    spans = ['<span class="s%d">● %s</span>' % (i, html.escape(kind)) for i, kind in enumerate(KINDS)]
    return '<p class="key">%s<span class="none">%s</span></p>' % (
        "".join(spans), html.escape("▮ grey: no difference from noise; | goal"))


def table_of(columns, rows):
    def line(tag, cells):
        return "<tr>%s</tr>" % "".join("<%s>%s</%s>" % (tag, html.escape(cell), tag) for cell in cells)
    return ["<div class=scroll><table>", line("th", columns)] + [line("td", row) for row in rows] + ["</table></div>"]


def machine_section(run):
    described = [[key, str(value)] for key, value in run.context["machine"].items()]
    watch = [[entry["round"], entry["program"], "%.1f s" % entry["seconds"], "%.1f s" % entry["waited"],
              "%.0f %%" % (100 * entry["foreign"]), "%.1f %%" % (100 * entry["stolen"]), str(entry["throttled"])]
             for entry in run.watch]
    return (["<h2>The machine</h2>"] + table_of(["", ""], described) +
            ["<details><summary>Who else had the CPUs</summary>"] +
            table_of(["round", "program", "took", "waited for quiet", "others", "host", "stopped by a quota"], watch) +
            ["</details>"])
