"""A run as one page of HTML that needs nothing else: charts and tables, light or dark as the reader's system is."""
import html

import look
import plot
import report
from laws import AMDAHL, Refusal

STYLE = """
svg { width: 100%; max-width: 620px; }
.ideal { stroke: var(--quiet); stroke-dasharray: 5 4; }
.curve { fill: none; stroke-width: 1.5; opacity: .75; }
.amdahl { stroke-dasharray: 2 3; }
"""


def page(run):
    parts = look.head("Scaling", STYLE) + look.items(report.introduction(run))
    for title, group in report.by_kernel(run.series):
        parts += section(title, group, run.predict_to)
    if run.problems:
        parts += ["<h2>Failed</h2>"] + look.items(run.problems)
    return "\n".join(parts + ["</body></html>"]) + "\n"


def section(title, group, predict_to):
    parallel = [series for series in group if series.fits]
    shown = [(series.executor, points_of(series)) for series in parallel]
    parts = ["<section><h2>%s</h2>" % html.escape(title)]
    drawing = plot.chart(shown, curves_of(parallel))
    if drawing:
        parts += [key_of(parallel), drawing]
    parts += ["<div class=scroll><table>", "<tr>" + "".join("<th>%s</th>" % each for each in (
        "executor", "workers", "time", "tasks/s", "speedup", "efficiency", "serial part", "")) + "</tr>"]
    parts += [table_row(series, i) for series in group for i in range(len(series.rows))] + ["</table></div><ul>"]
    parts += ["<li>%s</li>" % html.escape(line[2:]) for line in report.fit_lines(group, predict_to)]
    return parts + ["</ul></section>"]


def points_of(series):
    return [(row.point.workers, row.speedup) for row in series.rows if not isinstance(row.speedup, Refusal)]


def curves_of(parallel):
    curves = []
    for i, series in enumerate(parallel):
        for law, fit in series.fits:
            if not isinstance(fit, Refusal):
                curves.append(("s%d%s" % (i % len(look.COLOURS), " amdahl" if law == AMDAHL else ""),
                               "%s, %s" % (series.executor, law.name), fit.curve, fit.most_workers))
    return curves


def key_of(parallel):
    spans = ['<span class="s%d">● %s</span>' % (i % len(look.COLOURS), html.escape(series.executor))
             for i, series in enumerate(parallel)]
    return '<p class="key">%s<span class="none">%s</span></p>' % (
        "".join(spans), html.escape("╌ ideal, ┄ Amdahl's law, ─ Universal Scalability Law"))


def table_row(series, i):
    row = series.rows[i]
    cells = [series.executor if i == 0 else "", str(row.point.workers),
             report.estimate_text(row.seconds, report.seconds_text)]
    cells += [report.estimate_text(getattr(row, name)) for name in report.ESTIMATES[1:]]
    return "<tr>%s<td class='wide warning'>%s</td></tr>" % (
        "".join("<td>%s</td>" % html.escape(cell) for cell in cells), html.escape(row.warning or ""))
