// The pending plan as a diff: found by search and operation, fifty at a time.
import { ApiError, get, part, status } from '/api.js';
import { allowAndRun, planNow, runNow } from '/actions.js';
import { crumbs, noteTone, noteWord } from '/cycles.js';
import { badge, copyable, count, empty, h, later, pager, plural, say, seconds, shown, time, warn } from '/dom.js';

const operations = { create: ['+', 'Create', 'add'], adopt: ['=', 'Link', 'mod'], update: ['~', 'Update', 'mod'], members: ['~', 'Members', 'mod'],
  deactivate: ['−', 'Deactivate', 'del'], remove: ['−', 'Delete', 'del'] };
const situations = { absent: 'is new', found: 'exists at the target', ambiguous: 'fits several at the target', unqualified: 'left the scope',
  source_missing: 'left the source', out_of_scope: 'is out of scope', forgotten: 'was forgotten', drifted: 'was changed at the target',
  grace_over: 'was deactivated long enough ago' };

function attributes(c) {
  if (!c.attributes?.length) return null;
  return h('dl', { class: 'delta' }, c.attributes.map((a) => h('div', null, h('dt', null, a.path), h('dd', null,
    a.sensitive ? h('span', { class: 'faint' }, 'old' in a ? 'changes (sensitive)' : '(sensitive)')
      : ['old' in a && [h('del', null, shown(a.old)), h('span', { class: 'arrow', 'aria-label': 'becomes' }, '→')], h('ins', null, shown(a.new))],
    a.rule && h('span', { class: 'rule', title: 'the rule that made it' }, a.rule)))));
}

function members(sync, list, mark) {
  if (!list?.length) return null;
  const one = (m) => h('li', null, h('a', { href: `#/person/${part(sync)}/user/${part(m.key)}` }, m.label || m.key));
  const words = `${mark === '+' ? 'added' : 'removed'}`;
  const rest = list.slice(8, 500);
  return h('div', { class: `members ${mark === '+' ? 'add' : 'del'}` }, h('p', null, `${mark} ${plural(list.length, 'member')} ${words}`),
    h('ul', { class: 'inline' }, list.slice(0, 8).map(one)),
    rest.length > 0 && h('details', null, h('summary', null, `${count(list.length - 8)} more`), h('ul', { class: 'inline' }, rest.map(one)),
      list.length > 508 && h('p', { class: 'faint' }, `and ${count(list.length - 508)} more`)));
}

function change(sync, c) {
  const [sign, word, tone] = operations[c.operation] || ['?', c.operation, 'mod'];
  return h('article', { class: `change ${tone}`, 'data-op': c.operation },
    h('div', { class: 'change-head' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
      h('h3', null, h('a', { href: `#/person/${part(sync)}/${part(c.type)}/${part(c.key)}` }, c.label || c.key)),
      h('span', { class: 'op' }, word), h('span', { class: 'faint' }, situations[c.situation] || '', c.type === 'group' && 'group')),
    attributes(c), members(sync, c.members_added, '+'), members(sync, c.members_removed, '−'));
}

// What the search looks through, made once for each change that is looked at.
const texts = new WeakMap();
function textOf(c) {
  let t = texts.get(c);
  if (t === undefined) {
    t = [c.label, c.key, c.target_id, ...(c.attributes || []).flatMap((a) => (a.sensitive ? [a.path] : [a.path, shown(a.old), shown(a.new)])),
      ...(c.members_added || []).map((m) => m.label), ...(c.members_removed || []).map((m) => m.label)].join('\n').toLowerCase();
    texts.set(c, t);
  }
  return t;
}

function diff(plan) {
  const tally = new Map();
  for (const c of plan.changes) tally.set(c.operation, (tally.get(c.operation) || 0) + 1);
  const wanted = new Set();
  const field = h('input', { type: 'search', id: 'find', placeholder: 'Name, id, attribute or value', autocomplete: 'off', spellcheck: 'false' });
  const types = [...new Set(plan.changes.map((c) => c.type))];
  const type = h('select', { id: 'type' }, h('option', { value: '' }, 'People and groups'), types.map((t) => h('option', { value: t }, t === 'user' ? 'People' : t === 'group' ? 'Groups' : t)));
  const sum = h('p', { class: 'sum', id: 'sum' });
  const place = h('div', { id: 'changes' });
  const show = (aloud) => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = plan.changes.filter((c) => (!wanted.size || wanted.has(c.operation)) && (!type.value || c.type === type.value) &&
      words.every((w) => textOf(c).includes(w)));
    sum.textContent = fits.length === plan.changes.length ? plural(fits.length, 'change') : `${count(fits.length)} of ${plural(plan.changes.length, 'change')}`;
    if (aloud) say(sum.textContent);
    place.replaceChildren(fits.length ? pager(fits, 50, (c) => change(plan.sync, c))
      : empty('Nothing fits', 'Take away a filter, or search for less.'));
  };
  const soon = later(() => show(true));
  field.addEventListener('input', soon);
  type.addEventListener('change', () => show(true));
  const toggles = Object.keys(operations).filter((o) => tally.has(o)).map((o) => h('button', { type: 'button', class: `toggle ${operations[o][2]}`, 'aria-pressed': 'false', 'data-op': o,
    onclick: (e) => {
      const on = !wanted.delete(o);
      if (on) wanted.add(o);
      e.currentTarget.setAttribute('aria-pressed', String(on));
      show(true);
    } }, h('span', { 'aria-hidden': 'true' }, operations[o][0]), ` ${operations[o][1]} `, h('b', null, count(tally.get(o)))));
  show(false);
  return h('section', { 'aria-labelledby': 'what' }, h('h2', { id: 'what' }, 'Changes'),
    h('div', { class: 'filters', role: 'search' }, h('div', { class: 'grow' }, h('label', { for: 'find' }, 'Search'), field),
      types.length > 1 && h('div', null, h('label', { for: 'type' }, 'Show'), type),
      h('div', { class: 'toggles', role: 'group', 'aria-label': 'Operations' }, toggles)),
    sum, place);
}

function refusals(plan, again) {
  if (!plan.refused?.length) return null;
  const allow = plan.refused.map((r) => `--allow ${r.allow}`).join(' ');
  return warn('bad', plan.refused.length === 1 ? 'A guard refuses this plan' : `${plan.refused.length} guards refuse this plan`,
    h('ul', null, plan.refused.map((r) => h('li', null, h('b', null, r.guard), ': ', r.text))),
    h('p', null, 'Nothing of it is written. Look at the removals below. If they are right, this command allows exactly them and nothing else:'),
    copyable(`idferry sync ${/^[\w.-]+$/.test(plan.sync) ? plan.sync : `'${plan.sync}'`} ${allow}`),
    h('div', { class: 'buttons' }, allowAndRun(plan.sync, plan.refused, again)));
}

function notes(plan) {
  if (!plan.notes?.length) return null;
  const who = (n) => (n.key && n.type ? h('a', { href: `#/person/${part(plan.sync)}/${part(n.type)}/${part(n.key)}` }, n.label || n.key) : n.label || '');
  return h('section', { 'aria-labelledby': 'notes' }, h('h2', { id: 'notes' }, 'To know'),
    pager(plan.notes, 50, (n) => h('div', { class: 'note' }, badge(noteTone[n.kind] || 'mute', noteWord(n.kind)), h('div', null, h('b', null, who(n)), ' ', n.text))));
}

export async function planPage(sync) {
  const again = () => dispatchEvent(new HashChangeEvent('hashchange'));
  const head = (made, s) => [crumbs(['Overview', '#/'], [sync, `#/sync/${part(sync)}`]),
    h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, `Plan of ${sync}`), made),
    h('div', { class: 'buttons' }, planNow(sync, again), runNow(sync, s?.target, () => { location.hash = `#/sync/${part(sync)}`; }))];
  const all = await status();
  const s = all.syncs.find((x) => x.name === sync);
  if (!s) throw new Error(`There is no sync “${sync}”.`);
  let kept;
  try {
    kept = await get(`/syncs/${part(sync)}/plan`);
  } catch (e) {
    if (!(e instanceof ApiError) || e.status !== 404) throw e;
    return { title: `Plan of ${sync}`, content: [...head(null, s), empty('No plan waits', 'None was made since the daemon started, or what it planned is done. “Plan now” reads both sides and shows what a run would do; it writes nothing.')] };
  }
  const plan = kept.plan;
  return { title: `Plan of ${sync}`, content: [...head(h('p', { class: 'faint way' }, 'Made ', time(kept.made)), s),
    h('p', { class: 'lead' }, `${plan.source} → ${plan.target}`, plan.changes.length > 0 && `. ${plural(plan.requests, 'request')}${plan.seconds >= 1 ? `, about ${seconds(plan.seconds)}` : ''}.`),
    refusals(plan, again),
    plan.pushed?.stopped && warn('warn', 'The last push was stopped', h('p', null, plan.pushed.stopped)),
    plan.error && warn('bad', 'The last cycle with this plan failed', h('p', null, plan.error)),
    plan.unproved?.length > 0 && warn('warn', 'Not proved complete: removals are withheld', h('ul', null, plan.unproved.map((u) => h('li', null, `${u.list}: ${u.why}`)))),
    plan.changes.length ? diff(plan) : empty('Nothing to do', 'Source and target agree.'), notes(plan)].filter(Boolean) };
}
