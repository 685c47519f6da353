// The first page: is it well?
import { get, part, status } from '/api.js';
import { planNow, release, runNow } from '/actions.js';
import { cyclesChart } from '/cycles.js';
import { badge, count, empty, facts, h, plural, table, time, warn } from '/dom.js';

// One sync's health: [tone, word, sentence].
export function health(s) {
  const last = s.last;
  if (s.state === 'running') return ['info', 'Running', s.phase ? `${s.phase}${s.total ? `: ${count(s.done)} of ${count(s.total)}` : ''}` : 'At work.'];
  if (s.quarantine) return ['bad', 'Quarantine', ''];
  if (!s.configured) return ['mute', 'Not configured', 'Only the state knows this sync; the configuration has it no longer.'];
  if (!last) return ['mute', 'Never run', 'No cycle has run yet.'];
  if (last.result === 'refused') return ['bad', 'Refused', ''];
  if (last.result === 'failed') return ['bad', 'Failed', last.error || 'The last cycle failed.'];
  if (last.result === 'stopped') return ['warn', 'Stopped', last.stopped || 'The last cycle was stopped before its end.'];
  if (last.result === 'withheld') return ['warn', 'Withheld', 'A list was not proved complete: removals were withheld.'];
  if (s.rejects > 0) return ['warn', 'Rejects', `${plural(s.rejects, 'resource')} could not be pushed.`];
  return ['good', 'Well', ''];
}

const next = (s) => (s.state === 'running' ? 'running' : s.next ? [time(s.next), s.next_full && ' (full)', s.state === 'blackout' && ' (after the blackout)'] : 'on request');

export function syncFacts(s) {
  return facts(
    ['Last success', time(s.last_success, 'never')],
    ['Next', next(s)],
    ['People', count(s.links?.users)],
    ['Groups', count(s.links?.groups)],
    ['Rejects', s.rejects ? h('a', { href: `#/rejects?sync=${part(s.name)}` }, count(s.rejects)) : '0',
      s.dropped ? ` (${s.dropped} dropped)` : ''],
    s.schedule && ['Schedule', s.schedule]);
}

export function syncNotes(s, again) {
  return [
    s.quarantine && warn('bad', 'In quarantine: its target kept failing, so it is only probed now and then', h('p', null, s.quarantine.reason),
      h('p', { class: 'faint' }, 'Since ', time(s.quarantine.since), `, ${plural(s.quarantine.failures, 'failure')}; next probe `, time(s.quarantine.next_probe), '.'),
      h('div', { class: 'buttons' }, release(s.name, again))),
    s.last?.result === 'refused' && !s.quarantine && warn('bad', 'A guard refused the last plan: nothing was written',
      h('p', null, h('a', { href: `#/sync/${part(s.name)}/plan` }, 'Look at the plan, and at what allows it'))),
  ];
}

const order = { bad: 0, warn: 1, info: 2, mute: 3, good: 3 };

function card(s, cycles, again) {
  const [tone, word, why] = health(s);
  const id = `sync-${s.name}`;
  return h('article', { class: `card edge-${tone}`, 'aria-labelledby': id },
    h('div', { class: 'card-head' },
      h('h2', { id }, h('a', { href: `#/sync/${part(s.name)}` }, s.name)), badge(tone, word),
      h('p', { class: 'faint way' }, `${s.source || '?'} → ${s.target || '?'}`)),
    why && h('p', { class: 'why' }, why),
    syncNotes(s, again),
    h('div', { class: 'split' }, syncFacts(s), cyclesChart(s.name, cycles)),
    s.configured && h('div', { class: 'buttons' },
      h('a', { class: 'btn', href: `#/sync/${part(s.name)}/plan` }, 'Plan'), planNow(s.name, () => { location.hash = `#/sync/${part(s.name)}/plan`; }),
      runNow(s.name, s.target, again)));
}

function connections(all) {
  if (!all?.length) return null;
  return h('section', { 'aria-labelledby': 'connections' }, h('h2', { id: 'connections' }, 'Connections'),
    table('Connections', ['Name', 'Type', 'Address', 'Secrets'], all.map((c) => [c.name, c.type, h('span', { class: 'long' }, c.address),
      c.secrets?.length ? h('ul', { class: 'plain' }, c.secrets.map((s) => h('li', null, h('code', null, s.reference), ' ',
        h('span', { class: 'faint' }, s.rotation === 'picked up' ? 'a new value is picked up' : `a new value ${s.rotation}`)))) : 'none'])));
}

async function read() {
  const s = await status();
  const histories = await Promise.all(s.syncs.slice(0, 20).map((x) => get(`/syncs/${part(x.name)}/history?limit=30`).catch(() => ({ cycles: [] }))));
  return { s, cycles: new Map(s.syncs.map((x, i) => [x.name, histories[i]?.cycles || []])) };
}

function headline(s) {
  const tones = s.syncs.map((x) => health(x)[0]);
  const bad = tones.filter((t) => t === 'bad').length, some = tones.filter((t) => t === 'warn').length;
  if (bad) return ['bad', `${plural(bad, 'sync needs', 'syncs need')} you`];
  if (some) return ['warn', `${plural(some, 'sync has', 'syncs have')} something to look at`];
  return s.syncs.length ? ['good', 'All is well'] : ['mute', 'No sync is configured'];
}

function draw({ s, cycles }, again) {
  const [tone, words] = headline(s);
  const sorted = [...s.syncs].sort((a, b) => order[health(a)[0]] - order[health(b)[0]]);
  return [
    s.config?.error && warn('bad', 'The configuration file has mistakes; the one loaded before stays in force',
      h('pre', null, s.config.error)),
    h('p', { class: `headline text-${tone}` }, h('span', { class: `dot ${tone}`, 'aria-hidden': 'true' }), words),
    sorted.length ? h('div', { class: 'cards' }, sorted.map((x) => card(x, cycles.get(x.name), again)))
      : empty('No sync is configured', 'Add one under “syncs” in the configuration; “idferry init” writes a file to begin with.',
        s.config?.file && h('p', null, h('code', null, s.config.file))),
    connections(s.connections),
    h('p', { class: 'faint small-print' }, `idferry ${s.version}`, s.started && [', up since ', time(s.started)],
      s.config?.file && [' · configuration ', h('code', null, s.config.file)], s.config?.loaded && [' loaded ', time(s.config.loaded)]),
  ];
}

// What must not make the page draw itself again.
const essence = ({ s, cycles }) => JSON.stringify([{ ...s, now: 0, syncs: s.syncs.map((x) => ({ ...x, age_seconds: 0 })) }, [...cycles]]);

export async function overviewPage() {
  const body = h('div', { class: 'flow' });
  let known = '';
  const update = (all) => {
    if (essence(all) === known) return;
    known = essence(all);
    const at = document.activeElement?.id;
    body.replaceChildren(...draw(all, again).flat(Infinity).filter(Boolean));
    if (at && document.activeElement === document.body) document.getElementById(at)?.focus();
  };
  const again = async () => {
    try { update(await read()); } catch { /* a lost look is repeated */ }
  };
  update(await read());
  const tick = setInterval(() => {
    const busy = document.hidden || document.querySelector('dialog') || body.querySelector('[aria-busy]');
    if (!busy) again();
  }, 5000);
  document.addEventListener('changed', again);
  return { title: 'Overview', content: [h('h1', { tabindex: '-1' }, 'Overview'), body],
    stop: () => { clearInterval(tick); document.removeEventListener('changed', again); } };
}
