// The audit trail by filters, and whether its chain holds.
import { get, part, status } from '/api.js';
import { badge, button, count, empty, failure, h, plural, say, stamp } from '/dom.js';
import { changesOf } from '/people.js';

const option = (value, text, now) => h('option', { value, selected: value === now }, text);
const field = (id, label, input) => h('div', null, h('label', { for: id }, label), input);

function line(l) {
  const done = l.outcome === 'done';
  return h('article', { class: 'audit-line' },
    h('div', { class: 'line-head' }, stamp(l.time), badge(done ? 'good' : 'bad', l.outcome), h('b', null, l.operation),
      h('a', { href: `#/person/${part(l.sync)}/${part(l.type)}/${part(l.key)}` }, l.label || l.key),
      h('span', { class: 'faint' }, `${l.type === 'group' ? 'group, ' : ''}${l.sync} · line ${l.id}`)),
    l.reason && h('p', { class: 'reason' }, l.reason), changesOf(l));
}

async function verify(place) {
  const v = await get('/audit/verify');
  const size = `${plural(v.rows, 'line')}${v.erased ? `, the values of ${count(v.erased)} erased` : ''}`;
  place.replaceChildren(v.ok ? badge('good', 'The chain holds') : badge('bad', 'The chain is broken'), ' ', size, v.problem ? h('p', { class: 'reason' }, v.problem) : '');
  say(v.ok ? `The chain holds: ${size}` : `The chain is broken: ${v.problem}`);
}

const names = ['sync', 'type', 'who', 'operation', 'outcome', 'since', 'until'];

export async function auditPage(query) {
  const all = await status();
  const is = (n) => query.get(n) || '';
  const day = (n) => h('input', { id: n, name: n, type: 'date', value: is(n) });
  const pick = (n, first, values) => h('select', { id: n, name: n }, option('', first, is(n)), values.map(([v, t]) => option(v, t || v, is(n))));
  const form = h('form', { class: 'filters' },
    field('sync', 'Sync', pick('sync', 'All', all.syncs.map((s) => [s.name]))), field('type', 'Type', pick('type', 'All', [['user', 'People'], ['group', 'Groups']])),
    field('who', 'Who', h('input', { id: 'who', name: 'who', type: 'search', value: is('who'), placeholder: 'Part of the name', autocomplete: 'off', spellcheck: 'false' })),
    field('operation', 'Operation', pick('operation', 'All', [['create'], ['adopt'], ['update'], ['deactivate'], ['remove'], ['members']])),
    field('outcome', 'Outcome', pick('outcome', 'All', [['done'], ['rejected'], ['failed']])),
    field('since', 'Since (UTC)', day('since')), field('until', 'Until (UTC)', day('until')),
    h('div', null, h('button', { type: 'submit', class: 'primary' }, 'Filter'), h('a', { class: 'btn', href: '#/audit' }, 'Clear')));
  const place = h('div', { id: 'lines' });
  const ask = (before) => {
    const parts = names.filter((n) => form.elements[n].value).map((n) => {
      const v = form.elements[n].value;
      return `${n}=${part(n === 'since' ? `${v}T00:00:00Z` : n === 'until' ? `${v}T23:59:59Z` : v)}`;
    });
    return get(`/audit?${[...parts, 'limit=100', before ? `before=${part(before)}` : ''].filter(Boolean).join('&')}`);
  };
  let before = null;
  const older = button('Older lines', { id: 'older', hidden: true }, async () => {
    const more = await ask(before);
    put(more, false);
  });
  const put = (got, fresh) => {
    const drawn = got.audit.map(line);
    if (fresh) place.replaceChildren(...(drawn.length ? drawn : [empty('No line fits', 'Take away a filter, or look further back.')]));
    else place.append(...drawn);
    before = got.next;
    older.hidden = !before;
    say(`${plural(got.audit.length, 'line')}${before ? ', and there are older ones' : ''}`);
  };
  const look = async () => {
    try { put(await ask(null), true); } catch (e) { place.replaceChildren(failure(e)); }
  };
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const set = names.filter((n) => form.elements[n].value).map((n) => `${n}=${part(form.elements[n].value)}`).join('&');
    history.replaceState(null, '', set ? `#/audit?${set}` : '#/audit');
    look();
  });
  const chain = h('p', { id: 'chain', class: 'chain' });
  const check = button('Verify the chain', { id: 'verify' }, () => verify(chain).catch((e) => chain.replaceChildren(failure(e))));
  await look();
  return { title: 'Audit', content: [h('h1', { tabindex: '-1' }, 'Audit'),
    h('p', { class: 'lead' }, 'Every write and every reject, newest first. The lines are chained by digests: a line that is changed or missing shows.'),
    h('div', { class: 'buttons' }, check, chain), form, place, older] };
}
