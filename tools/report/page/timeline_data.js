// A claim's trace (../timeline.h) as lanes, bars and a scale. All times are microseconds since the claim began.

// Calls, puppets' lives and interferences as objects; `begin` and `end` hold all of them.
export function readTimeline(raw) {
  const calls = raw.c.map(([puppet, op, sent, answered, t0, t1, accepted, outcome, ended, result, blocked], index) => ({
    index, puppet, op, sent, answered, t0, t1, accepted, blocked: blocked.map(([at, proved, why]) => ({at, proved, why})),
    ended: ended ?? endedFromOutcome(outcome), outcome: result ?? outcome,
  }));
  let lives = raw.p.map(([puppet, pid, ppid, tid, came, ended, ending]) =>
    ({puppet, pid, ppid, tid, came, ended, ending}));
  // Results of an older runner name the puppets of calls only.
  if (!lives.length) {
    lives = [...new Set(calls.map((call) => call.puppet))].map((puppet) =>
      ({puppet, pid: null, ppid: null, tid: puppet, came: null, ended: null, ending: null}));
  }
  const interferences = raw.i.map(([at, pid, what]) => ({at, pid, what}));
  const moments = [
    ...calls.flatMap((call) => [call.sent, call.answered, ...call.blocked.map((each) => each.at)]),
    ...lives.flatMap((life) => [life.came, life.ended]), ...interferences.map((each) => each.at),
  ].filter((moment) => moment !== null);
  const begin = Math.min(...moments), last = Math.max(...moments);
  // What never ends is drawn until a little after all that does.
  return {calls, lives, interferences, begin, end: last + Math.max((last - begin) * 0.04, 20)};
}

// Older results say it in words only.
function endedFromOutcome(outcome) {
  const beginnings = [['returned', 'returned'], ['raised', 'raised'], ['blocks', 'blocked'],
    ['has not returned (', 'presumed'], ['never returned', 'died'], ['has not returned in time', 'late']];
  const found = beginnings.find(([beginning]) => outcome?.startsWith(beginning));
  return found ? found[1] : null;
}

// Processes in the order of their coming, each with its threads; a thread's puppets (tasks of a pool's worker, say)
// share its lane. Calls that one thread is in at once, because one of them called it back, lie in rows.
export function lanesOf(timeline) {
  const processes = new Map();
  const byCame = [...timeline.lives].sort((a, b) => (a.came ?? 0) - (b.came ?? 0));
  for (const life of byCame) {
    const key = life.pid ?? life.puppet;
    if (!processes.has(key)) processes.set(key, {pid: life.pid, ppid: life.ppid, came: life.came, ended: null, ending: null, lanes: []});
    const process = processes.get(key);
    process.ended ??= life.ended;
    process.ending ??= life.ending;
    let lane = process.lanes.find((each) => each.tid === life.tid);
    if (!lane) process.lanes.push(lane = {tid: life.tid, came: life.came, puppets: [], rows: []});
    lane.puppets.push(life.puppet);
  }
  // A manager's server, say, which is no puppet, but was killed.
  for (const {pid} of timeline.interferences) {
    if (pid === 0 || processes.has(pid)) continue;
    processes.set(pid, {pid, ppid: null, came: null, ended: null, ending: null, lanes: [{tid: pid, came: null, puppets: ['no puppet'], rows: []}]});
  }
  for (const process of processes.values()) {
    for (const lane of process.lanes) {
      const calls = timeline.calls.filter((call) => lane.puppets.includes(call.puppet));
      lane.rows = inRows(calls, (call) => endOfCall(call, process, timeline));
    }
  }
  return [...processes.values()];
}

function inRows(calls, endOf) {
  const rows = [];
  for (const call of [...calls].sort((a, b) => a.sent - b.sent)) {
    let row = rows.find((each) => endOf(each.at(-1)) <= call.sent);
    if (!row) rows.push(row = []);
    row.push(call);
  }
  return rows.length ? rows : [[]];
}

// An answer, the end of the process, or the end of all.
export function endOfCall(call, process, timeline) {
  if (call.answered !== null) return call.answered;
  if (process.ended !== null && process.ended > call.sent) return process.ended;
  return timeline.end;
}

// Stretches in which a call was found blocked. A proof says that nothing can move until the runner acts again: it
// reaches to the next act. A presumption reaches to the moment at which the runner stopped waiting.
export function stretchesOf(call, timeline, end) {
  const acts = [...timeline.calls.map((each) => each.sent), ...timeline.interferences.map((each) => each.at)];
  let from = call.t0 ?? call.sent;
  return call.blocked.map(({at, proved, why}) => {
    const nextAct = Math.min(end, ...acts.filter((act) => act >= at));
    const stretch = {from, to: proved ? Math.max(at, nextAct) : Math.min(at, end), at, proved, why};
    from = stretch.to;
    return stretch;
  });
}

// ---- Scales: from a moment to a place between 0 and 1, and back.

export function timeScale(timeline) {
  const length = timeline.end - timeline.begin;
  return {place: (t) => (t - timeline.begin) / length, moment: (x) => timeline.begin + x * length};
}

// Each thing that happens is as far from the next as any other: what takes microseconds can be seen beside what
// takes seconds. Where nobody is in a call there is nothing to see, and little room.
const IDLE = 0.15;

export function stepScale(timeline) {
  const moments = [timeline.begin, timeline.end];
  for (const call of timeline.calls) moments.push(call.sent, call.answered ?? call.sent, ...call.blocked.map((each) => each.at));
  for (const life of timeline.lives) moments.push(life.came ?? timeline.begin, life.ended ?? timeline.end);
  for (const each of timeline.interferences) moments.push(each.at);
  const steps = [...new Set(moments)].sort((a, b) => a - b);
  const isBusy = (from) => timeline.calls.some((call) => call.sent <= from && from < (call.answered ?? call.sent + 1));
  const places = [0];
  for (let i = 0; i + 1 < steps.length; i += 1) places.push(places[i] + (isBusy(steps[i]) ? 1 : IDLE));
  const whole = places.at(-1) || 1;
  return {
    place: (t) => between(steps, places, t) / whole,
    moment: (x) => between(places, steps, x * whole),
  };
}

// Where `value` lies among the sorted `from`, there among `to`.
function between(from, to, value) {
  const i = Math.min(lastNotAbove(from, value), from.length - 2);
  const share = (value - from[i]) / (from[i + 1] - from[i]);
  return to[i] + Math.min(Math.max(share, 0), 1) * (to[i + 1] - to[i]);
}

function lastNotAbove(sorted, value) {
  let low = 0, high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sorted[middle] <= value) low = middle; else high = middle - 1;
  }
  return low;
}

// Round numbers between two moments, at most `most` of them.
export function ticksBetween(from, to, most) {
  const wanted = (to - from) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= wanted) ?? wanted;
  const ticks = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}

// 0.35 ms, 41.5 ms, 1.24 s
export function durationText(microseconds) {
  const ms = microseconds / 1000;
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (Math.abs(ms) >= 100) return `${ms.toFixed(0)} ms`;
  if (Math.abs(ms) >= 1) return `${ms.toFixed(1)} ms`;
  return `${ms.toFixed(2)} ms`;
}

// The part of the scale that is shown, between 0 and 1: zoomed by `factor` (below 1: nearer) around `centre`, or moved.
export function zoomed(window, factor, centre) {
  const length = Math.min(Math.max((window.to - window.from) * factor, 1e-4), 1);
  const share = (centre - window.from) / (window.to - window.from);
  return clampedWindow(centre - share * length, length);
}

export function moved(window, by) {
  const length = window.to - window.from;
  return clampedWindow(window.from + by * length, length);
}

function clampedWindow(from, length) {
  const start = Math.min(Math.max(from, 0), 1 - length);
  return {from: start, to: start + length};
}
