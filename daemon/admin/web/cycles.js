// Cycles: the chart, one sync's page, one cycle.
import { get, part, status } from '/api.js';
import { planNow, runNow } from '/actions.js';
import { badge, count, empty, exact, facts, h, plural, seconds, stamp, svg, table, warn } from '/dom.js';
import { health, syncFacts, syncNotes } from '/overview.js';

const words = { done: ['good', 'Done'], failed: ['bad', 'Failed'], refused: ['bad', 'Refused'], rejects: ['warn', 'Rejects'],
  withheld: ['warn', 'Withheld'], stopped: ['warn', 'Stopped'], moved: ['warn', 'Moved'] };
export const resultBadge = (c) => badge(...(words[c.result] || ['mute', c.result]));
const changesOf = (c) => c.pushed?.done ?? c.done ?? 0;

// One bar a cycle, oldest left. The height says how much was done, colour and a mark how it ended; the same in words
// for those who cannot see it.
export function cyclesChart(sync, cycles) {
  if (!cycles?.length) return h('p', { class: 'faint chart-none' }, 'No cycle yet.');
  const bars = cycles.slice(0, 30).reverse();
  const most = Math.max(1, ...bars.map(changesOf));
  const step = 10, height = 44, floor = 34;
  const tally = {};
  for (const c of bars) tally[c.result] = (tally[c.result] || 0) + 1;
  const last = bars[bars.length - 1];
  const text = `The last ${plural(bars.length, 'cycle')} of ${sync}: ${Object.entries(tally).map(([k, n]) => `${n} ${k}`).join(', ')}. ` +
    `The newest, ${exact(last.ended)}: ${last.result}, ${plural(changesOf(last), 'change')}.`;
  const left = (30 - bars.length) * step;
  const drawn = bars.map((c, i) => {
    const tone = (words[c.result] || ['mute'])[0];
    const tall = changesOf(c) ? Math.max(4, Math.sqrt(changesOf(c) / most) * (floor - 4)) : 2;
    const x = left + i * step + 1;
    return [svg('rect', { class: `bar ${tone}`, x, y: floor - tall, width: 8, height: tall, rx: 1 },
      svg('title', null, `${exact(c.ended)}: ${c.result}, ${plural(changesOf(c), 'change')}`)),
    tone === 'bad' ? svg('path', { class: 'mark bad', d: `M${x + 1.5} ${floor + 4}l5 5m0-5l-5 5` })
      : tone === 'warn' ? svg('circle', { class: 'mark warn', cx: x + 4, cy: floor + 6.5, r: 2 }) : ''];
  });
  return h('figure', { class: 'chart' },
    svg('svg', { role: 'img', 'aria-label': text, viewBox: `0 0 300 ${height}`, preserveAspectRatio: 'xMaxYMid meet' },
      svg('line', { class: 'axis', x1: 0, x2: 300, y1: floor + 0.5, y2: floor + 0.5 }), drawn),
    h('figcaption', null, `Changes in the last ${plural(bars.length, 'cycle')}`, ...legend(tally)));
}

const legend = (tally) => Object.entries(tally).filter(([k]) => k !== 'done').map(([k, n]) => [' · ', `${n} ${k === 'rejects' ? 'with rejects' : k}`]);

function cyclesTable(sync, cycles) {
  return table(`Cycles of ${sync}`, ['Ended', 'Result', 'Begun by', 'Changes', 'Rejected', 'Took'], cycles.map((c) => [
    h('a', { href: `#/cycle/${c.id}` }, stamp(c.ended)), resultBadge(c), c.trigger || '–', count(changesOf(c)),
    count(c.pushed?.rejected ?? c.rejected ?? 0), seconds(c.seconds)]));
}

export async function syncPage(name) {
  const [all, history] = await Promise.all([status(), get(`/syncs/${part(name)}/history?limit=50`)]);
  const s = all.syncs.find((x) => x.name === name);
  if (!s) throw new Error(`There is no sync “${name}”.`);
  const [tone, word, why] = health(s);
  const reload = () => dispatchEvent(new HashChangeEvent('hashchange'));
  const rows = h('div', null, history.cycles.length ? cyclesTable(name, history.cycles)
    : empty('No cycle yet', 'The first one runs by its schedule, or with “Run now”.'));
  let before = history.next;
  const older = h('button', { type: 'button', hidden: !before, onclick: async () => {
    const more = await get(`/syncs/${part(name)}/history?limit=50&before=${part(before)}`);
    before = more.next;
    older.hidden = !before;
    rows.append(cyclesTable(`${name}, older`, more.cycles));
  } }, 'Older cycles');
  return { title: name, content: [
    crumbs(['Overview', '#/']),
    h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, name), badge(tone, word), h('p', { class: 'faint way' }, `${s.source || '?'} → ${s.target || '?'}`)),
    why && h('p', { class: 'why' }, why), ...syncNotes(s, reload).filter(Boolean),
    h('div', { class: 'panel split' }, syncFacts(s), cyclesChart(name, history.cycles)),
    s.configured && h('div', { class: 'buttons' }, h('a', { class: 'btn', href: `#/sync/${part(name)}/plan` }, 'Plan'),
      planNow(name, () => { location.hash = `#/sync/${part(name)}/plan`; }), runNow(name, s.target, reload)),
    h('h2', null, 'Cycles'), rows, older,
  ].filter(Boolean) };
}

export const crumbs = (...all) => h('nav', { class: 'crumbs', 'aria-label': 'Where this page is' },
  all.map(([text, href], i) => [i > 0 && h('span', { 'aria-hidden': 'true' }, '/'), h('a', { href }, text)]));

const noteWords = { rejected: 'Rejected', withheld: 'Withheld', protected: 'Protected', not_kept: 'Not kept by the target', drift: 'Gone at the target',
  waiting: 'Waiting for the next try', dropped: 'Dropped by hand', warning: 'To know' };
export const noteTone = { rejected: 'warn', withheld: 'warn', drift: 'warn', not_kept: 'warn' };
export const noteWord = (kind) => noteWords[kind] || kind;

const columns = [['read', 'Read'], ['unchanged', 'Unchanged'], ['create', 'Create'], ['adopt', 'Link'], ['update', 'Update'], ['deactivate', 'Deactivate'],
  ['remove', 'Delete'], ['groups_changed', 'Groups changed'], ['members_added', 'Members added'], ['members_removed', 'Members removed']];

export async function cyclePage(id) {
  const c = await get(`/cycles/${part(id)}`);
  const types = Object.entries(c.counts || {});
  const used = columns.filter(([k]) => types.some(([, n]) => n[k]));
  const who = (n) => (n.key && n.type ? h('a', { href: `#/person/${part(c.sync)}/${part(n.type)}/${part(n.key)}` }, n.label || n.key) : n.label || '');
  return { title: `Cycle ${id}`, content: [
    crumbs(['Overview', '#/'], [c.sync, `#/sync/${part(c.sync)}`]),
    h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, `Cycle ${id}`), resultBadge(c)),
    c.error && warn('bad', 'It failed', h('p', null, c.error)), c.stopped && warn('warn', 'It was stopped', h('p', null, c.stopped)),
    ...(c.refused || []).map((r) => warn('bad', `Refused by ${r.guard}`, h('p', null, r.text))),
    ...(c.unproved || []).map((u) => warn('warn', 'Not proved complete', h('p', null, `${u.list}: ${u.why}`))),
    h('div', { class: 'panel' }, facts(['Began', stamp(c.started)], ['Ended', stamp(c.ended)], ['Took', seconds(c.seconds)],
      c.trigger && ['Begun by', c.trigger], ['Changes planned', count(c.changes)],
      c.pushed && ['Done', count(c.pushed.done)], c.pushed && ['Rejected', count(c.pushed.rejected)],
      c.pushed && ['Deferred', count(c.pushed.deferred)], c.requests && ['Requests', `${count(c.requests.source)} source, ${count(c.requests.target)} target`])),
    used.length > 0 && [h('h2', null, 'What was planned'), table('Counts by type', ['Type', ...used.map((u) => u[1])],
      types.map(([type, n]) => [type, ...used.map(([k]) => count(n[k]))]))],
    c.notes?.length > 0 && [h('h2', null, 'Notes'), table('Notes', ['Kind', 'Who', 'What'], c.notes.map((n) => [
      badge(noteTone[n.kind] || 'mute', noteWord(n.kind)), who(n), n.text || ''])),
    c.left_out > 0 && h('p', { class: 'faint' }, `${count(c.left_out)} more were not kept.`)],
  ].flat().filter(Boolean) };
}
