// Resources that could not be pushed: why, and what to do with them.
import { get, part } from '/api.js';
import { dropReject, retryAll, retryReject } from '/actions.js';
import { badge, count, empty, h, later, pager, plural, say, time } from '/dom.js';

function reject(r, again) {
  return h('article', { class: 'reject' },
    h('div', { class: 'reject-text' },
      h('h3', null, h('a', { href: `#/person/${part(r.sync)}/${part(r.type)}/${part(r.key)}` }, r.label || r.key), ' ',
        h('span', { class: 'faint' }, r.type === 'user' ? r.operation : `${r.type}, ${r.operation}`)),
      h('p', { class: 'reason' }, r.error),
      h('p', { class: 'faint' }, `${plural(r.attempts, 'try', 'tries')} since `, time(r.first), ' · ',
        r.dropped ? badge('mute', 'dropped by hand') : ['next try ', time(r.next_try)])),
    h('div', { class: 'buttons' }, retryReject(r, again), !r.dropped && dropReject(r, again)));
}

export async function rejectsPage(query) {
  const only = query.get('sync') || '';
  let data;
  const place = h('div', { class: 'flow' });
  const find = h('input', { id: 'find', type: 'search', placeholder: 'Name, id or reason', autocomplete: 'off', spellcheck: 'false' });
  const sum = h('p', { class: 'sum' });
  const draw = (aloud) => {
    const word = find.value.trim().toLowerCase();
    const fits = data.rejects.filter((r) => (!only || r.sync === only) && (!word || `${r.label}\n${r.key}\n${r.error}`.toLowerCase().includes(word)));
    const dropped = fits.filter((r) => r.dropped).length;
    sum.textContent = plural(fits.length - dropped, 'reject') + (dropped ? `, and ${count(dropped)} dropped by hand` : '');
    if (aloud) say(sum.textContent);
    const syncs = [...new Set(fits.map((r) => r.sync))];
    place.replaceChildren(...(fits.length ? syncs.map((sync) => {
      const mine = fits.filter((r) => r.sync === sync);
      return h('section', { 'aria-label': `Rejects of ${sync}` }, h('div', { class: 'page-head' }, h('h2', null, h('a', { href: `#/sync/${part(sync)}` }, sync)),
        mine.length > 1 && !word && retryAll(sync, mine.length, again)), pager(mine, 50, (r) => reject(r, again)));
    }) : [data.rejects.length ? empty('Nothing fits', 'Search for less.') : empty('No rejects', 'Every resource could be pushed.')]));
  };
  const read = async () => { 
    data = await get(`/rejects?dropped=true${only ? `&sync=${part(only)}` : ''}`);
    data.rejects.sort((a, b) => a.dropped - b.dropped);
  };
  const again = async () => { await read(); draw(false); };
  await read();
  find.addEventListener('input', later(() => draw(true)));
  draw(false);
  return { title: 'Rejects', content: [h('h1', { tabindex: '-1' }, only ? `Rejects of ${only}` : 'Rejects'),
    h('p', { class: 'lead' }, 'One resource that cannot be pushed stops no other. Each is tried again, slower and slower; “Retry” makes it due now.',
      only && [' ', h('a', { href: '#/rejects' }, 'Show all syncs')]),
    data.rejects.length > 0 && h('div', { class: 'filters', role: 'search' }, h('div', { class: 'grow' }, h('label', { for: 'find' }, 'Search'), find)),
    sum, place].filter(Boolean) };
}
