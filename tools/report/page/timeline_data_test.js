// Lanes, stretches and scales.
import {test, same, about} from './unit.js';
import {readTimeline, lanesOf, endOfCall, stretchesOf, timeScale, stepScale, ticksBetween, durationText, zoomed, moved} from './timeline_data.js';

const call = (puppet, sent, answered, more = {}) =>
  [puppet, 'op', sent, answered, more.t0 ?? null, more.t1 ?? null, more.accepted ?? [], more.outcome ?? null, more.ended ?? null, more.result ?? null, more.blocked ?? []];
const life = (puppet, pid, tid, came, ended = null, ending = null) => [puppet, pid, 1, tid, came, ended, ending];
const read = (c, p = [], i = []) => readTimeline({c, p, i});

test('a process has a lane for each thread, a thread one for all its puppets', () => {
  const timeline = read([], [life('main', 10, 10, 0), life('task1', 20, 20, 5), life('t1', 10, 11, 7), life('task2', 20, 20, 9)]);
  same(lanesOf(timeline).map((process) => [process.pid, process.lanes.map((lane) => lane.puppets)]),
    [[10, [['main'], ['t1']]], [20, [['task1', 'task2']]]]);
});
test('a call during another of the same thread lies in a row of its own', () => {
  const timeline = read([call('main', 0, 100), call('call1', 10, 20), call('main', 100, 110)], [life('main', 1, 1, 0), life('call1', 1, 1, 5)]);
  same(lanesOf(timeline)[0].lanes[0].rows.map((row) => row.map((each) => each.index)), [[0, 2], [1]]);
});
test('a process that is no puppet, but was killed, has a lane', () => {
  const timeline = read([], [life('main', 10, 10, 0)], [[5, 77, 'SIGKILL'], [6, 0, '/dev/shm filled up']]);
  same(lanesOf(timeline).map((process) => [process.pid, process.lanes[0].puppets]), [[10, ['main']], [77, ['no puppet']]]);
});
test('results without puppets have a lane for each name', () => {
  same(lanesOf(read([call('main', 0, 1), call('p1', 2, 3)])).map((process) => process.lanes[0].puppets), [['main'], ['p1']]);
});
test('older results say in words how a call ended', () => {
  const ended = (outcome) => read([call('main', 0, 1, {outcome})]).calls[0].ended;
  same(['returned 1', 'raised Full()', 'blocks (proved: x)', 'has not returned (no proof)', 'never returned: y', null].map(ended),
    ['returned', 'raised', 'blocked', 'presumed', 'died', null]);
});
test('what came after somebody had found it blocked is the outcome', () =>
  same(read([call('main', 0, 1, {outcome: 'blocks (proved: x)', result: 'returned 7', ended: 'returned'})]).calls[0].outcome, 'returned 7'));
test('a call without an answer ends with its process, or with all', () => {
  const timeline = read([call('p1', 10, null), call('main', 0, 100)], [life('p1', 2, 2, 5, 50), life('main', 1, 1, 0)]);
  same(endOfCall(timeline.calls[0], {ended: 50}, timeline), 50);
  same(endOfCall(timeline.calls[0], {ended: null}, timeline), timeline.end);
});
test('a proof reaches to the next act of the runner, a presumption to its own moment', () => {
  const timeline = read([call('p1', 10, 90, {t0: 12, blocked: [[30, true, 'x'], [70, false, 'y']]}), call('main', 40, 45)]);
  same(stretchesOf(timeline.calls[0], timeline, 90).map(({from, to, proved}) => [from, to, proved]), [[12, 40, true], [40, 70, false]]);
});
test('a kill is an act of the runner', () => {
  const timeline = read([call('p1', 10, null, {blocked: [[30, true, 'x']]})], [], [[35, 2, 'SIGKILL']]);
  same(stretchesOf(timeline.calls[0], timeline, 60)[0].to, 35);
});
test('a scale and its way back', () => {
  const timeline = read([call('main', 0, 10), call('main', 1000, 1010), call('p1', 1500, 90000)]);
  for (const scale of [timeScale(timeline), stepScale(timeline)]) {
    about(scale.place(timeline.begin), 0);
    about(scale.place(timeline.end), 1);
    for (const x of [0.1, 0.37, 0.9]) about(scale.place(scale.moment(x)), x, 1e-6);
  }
});
test('even steps give microseconds as much room as seconds, and idle time little', () => {
  const timeline = read([call('main', 0, 10), call('main', 1e6, 3e6)]);
  const scale = stepScale(timeline);
  about(scale.place(10) - scale.place(0), scale.place(3e6) - scale.place(1e6));
  about((scale.place(1e6) - scale.place(10)) / (scale.place(10) - scale.place(0)), 0.15, 1e-6);
});
test('ticks are round and few', () => {
  same(ticksBetween(0, 95, 10), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  same(ticksBetween(1200, 2300, 3), [1500, 2000]);
});
test('durations are readable', () => same([350, 41500, 123456, 1240000].map(durationText), ['0.35 ms', '41.5 ms', '123 ms', '1.24 s']));
test('zoom keeps what is under the pointer, and stays inside', () => {
  same(zoomed({from: 0, to: 1}, 0.5, 0.25), {from: 0.125, to: 0.625});
  same(zoomed({from: 0.125, to: 0.625}, 4, 0.25), {from: 0, to: 1});
  same(moved({from: 0, to: 0.5}, -1), {from: 0, to: 0.5});
  same(moved({from: 0, to: 0.5}, 0.5), {from: 0.25, to: 0.75});
});
