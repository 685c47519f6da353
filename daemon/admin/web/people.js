// Somebody found by name, id or e-mail; and one person's whole story.
import { get, job, part, status } from '/api.js';
import { dropReject, retryReject } from '/actions.js';
import { crumbs } from '/cycles.js';
import { badge, button, empty, facts, failure, h, later, plural, say, shown, stamp, table, time, toast, warn } from '/dom.js';
import { explanation } from '/explain.js';

const stateBadge = (p) => (p.rejected ? badge('warn', 'rejected') : p.state === 'active' ? badge('good', 'active')
  : p.state === 'deactivated' ? badge('mute', 'deactivated') : badge('mute', 'no link'));

export async function peoplePage(query) {
  const field = h('input', { id: 'who', type: 'search', value: query.get('q') || '', placeholder: 'Name, e-mail or id', autocomplete: 'off', spellcheck: 'false' });
  const place = h('div', { id: 'found' });
  let turn = 0;
  const look = async () => {
    const q = field.value.trim();
    const mine = ++turn;
    history.replaceState(null, '', q ? `#/people?q=${part(q)}` : '#/people');
    if (!q) {
      place.replaceChildren(empty('Whom do you look for?', 'A part of the name or e-mail address, or the beginning of an id at the source or at the target.'));
      return;
    }
    try {
      const { people } = await get(`/people?q=${part(q)}&limit=50`);
      if (mine !== turn) return;
      say(people.length === 50 ? 'The first 50 are shown' : `${plural(people.length, 'result')}`);
      place.replaceChildren(people.length ? h('ul', { class: 'people' }, people.map((p) => h('li', null,
        h('a', { href: `#/person/${part(p.sync)}/${part(p.type)}/${part(p.key)}` }, p.label || p.key), stateBadge(p),
        h('span', { class: 'faint' }, `${p.type === 'group' ? 'group, ' : ''}${p.sync}`), h('code', { class: 'faint' }, p.key),
        p.rejected && h('span', { class: 'reason' }, p.rejected))))
        : empty('Nobody was found', 'Links and rejects were searched. Somebody who was never in scope has neither. With the whole id, user name or e-mail address, idferry can look at the source and say why:',
          h('div', { class: 'buttons center' }, (await status()).syncs.filter((x) => x.configured).map((x) => h('a', { class: 'btn', href: `#/person/${part(x.name)}/user/${part(q)}?ask` }, `Ask ${x.name}`)))),
      people.length === 50 ? h('p', { class: 'faint' }, 'There may be more: type more of the name.') : '');
    } catch (e) {
      if (mine === turn) place.replaceChildren(failure(e));
    }
  };
  field.addEventListener('input', later(look, 250));
  field.addEventListener('keydown', (e) => { if (e.key === 'Enter') look(); });
  await look();
  return { title: 'People', content: [h('h1', { tabindex: '-1' }, 'People and groups'),
    h('div', { class: 'filters', role: 'search' }, h('div', { class: 'grow' }, h('label', { for: 'who' }, 'Search by name, e-mail or id'), field)), place] };
}

const verbs = { create: 'Created', adopt: 'Linked', update: 'Updated', deactivate: 'Deactivated', remove: 'Deleted', members: 'Members changed' };

// What an audit line changed: path, before, after.
export function changesOf(line) {
  if (line.erased) return h('p', { class: 'faint' }, 'The values were erased by the retention.');
  if (line.hidden) return h('p', { class: 'faint' }, 'Values are hidden: without the sync’s configuration nobody knows which are sensitive.');
  if (line.operation === 'members') {
    const n = (k) => (Array.isArray(line.after?.[k]) ? line.after[k].length : Number(line.after?.[k] || 0));
    return h('p', null, `${n('add')} added, ${n('remove')} removed`);
  }
  const before = line.before || {}, after = line.after || {};
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((p) => !line.before || shown(before[p]) !== shown(after[p]) || after[p] === '(sensitive)').sort();
  if (!paths.length) return null;
  const list = h('dl', { class: 'delta' }, paths.map((p) => h('div', null, h('dt', null, p), h('dd', null,
    line.before && [h('del', null, shown(before[p])), h('span', { class: 'arrow', 'aria-label': 'becomes' }, '→')], h('ins', null, shown(after[p]))))));
  return paths.length > 6 ? h('details', null, h('summary', null, plural(paths.length, 'attribute')), list) : list;
}

function historyLine(l) {
  return h('li', { class: l.outcome === 'done' ? 'good' : 'bad' }, h('div', { class: 'line-head' }, stamp(l.time), ' ',
    h('b', null, l.outcome === 'done' ? verbs[l.operation] || l.operation : `${verbs[l.operation] || l.operation}: ${l.outcome}`)),
  l.reason && h('p', { class: 'reason' }, l.reason), changesOf(l));
}

export async function personPage(sync, type, key, query) {
  const path = `/syncs/${part(sync)}/people/${part(key)}?type=${part(type)}`;
  const again = () => dispatchEvent(new HashChangeEvent('hashchange'));
  let p = { sync, type, key, label: null, link: null, reject: null, not_kept: [], history: [], next: null };
  try {
    if (!query.has('ask')) p = await get(path);
  } catch (e) {
    if (e.status !== 404) throw e;
  }
  const name = p.label || key;
  const told = h('div', { id: 'explanation' });
  const explain = type === 'user' && button('Explain', { id: 'explain', class: 'primary', title: 'What the next cycle would do, and why. Writes nothing.' }, async (b) => {
    b.textContent = 'Reading both sides…';
    try {
      const j = await job(`/syncs/${part(sync)}/explain`, { key });
      if (j.error || !j.result) throw new Error(j.error || 'No explanation came back.');
      told.replaceChildren(explanation(j.result));
      told.querySelector('h2').focus();
    } catch (e) {
      told.replaceChildren(failure(e));
      toast(e.message);
    } finally {
      b.textContent = 'Explain';
    }
  });
  const l = p.link;
  const lines = h('ol', { class: 'timeline' }, (p.history || []).map(historyLine));
  let before = p.next;
  const older = h('button', { type: 'button', hidden: !before, onclick: async () => {
    const more = await get(`${path}&before=${part(before)}`);
    before = more.next;
    older.hidden = !before;
    lines.append(...more.history.map(historyLine));
  } }, 'Older lines');
  return { title: name, content: [
    crumbs(['People', '#/people'], [sync, `#/sync/${part(sync)}`]),
    h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, name), stateBadge({ state: l?.state || 'none', rejected: p.reject }),
      h('p', { class: 'faint way' }, `${type === 'group' ? 'Group' : 'Person'} `, h('code', null, key))),
    explain && h('div', { class: 'buttons' }, explain), told,
    p.reject && warn('warn', p.reject.dropped ? 'Rejected, and dropped by hand' : 'Rejected', h('p', { class: 'reason' }, p.reject.error),
      h('p', { class: 'faint' }, `${plural(p.reject.attempts, 'try', 'tries')} since `, time(p.reject.first), p.reject.next_try && ['; next try ', time(p.reject.next_try)], '.'),
      h('div', { class: 'buttons' }, retryReject(p.reject, again), !p.reject.dropped && dropReject(p.reject, again))),
    ...(p.not_kept || []).map((n) => warn('warn', `The target does not keep ${n.path}`, h('p', null, `${shown(n.sent)} was sent, ${shown(n.kept)} is kept.`))),
    l ? h('section', { class: 'panel', 'aria-labelledby': 'link' }, h('h2', { id: 'link' }, 'At the target'),
      facts(['Id there', h('code', null, l.target_id)], ['Ours because', l.owner === 'created' ? 'we created it' : 'it was found by the matching rule'],
        ['Since', time(l.first_seen)], ['Last change', time(l.last_changed)], l.leave_due && ['Will be deleted', time(l.leave_due)], l.left_alone && ['Left alone', l.left_alone]),
      l.groups?.length > 0 && h('p', null, 'In ', l.groups.map((g, i) => [i > 0 && ', ', h('a', { href: `#/person/${part(sync)}/group/${part(g.key)}` }, g.label || g.key)])),
      l.desired && h('details', null, h('summary', null, 'What was last written'), table('What was last written', ['Attribute', 'Value'],
        Object.entries(l.desired).map(([k, v]) => [h('code', null, k), h('span', { class: 'long' }, shown(v))])))
    ) : h('p', { class: 'lead' }, 'idferry has no link for this one: nothing at the target is ours.'),
    h('h2', null, 'History'), p.history?.length ? lines : empty('No history', 'No line of the audit trail is about this one.'), older,
  ].filter(Boolean) };
}
