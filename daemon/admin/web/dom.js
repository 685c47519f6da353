// Pieces of the page. Everything that comes from the daemon becomes text nodes: no markup is ever parsed here.
import { now } from '/api.js';

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== ''));
  return node;
}

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

// “3 min ago”, “in 2 h”
function relative(ms) {
  const s = Math.round(Math.abs(ms) / 1000);
  const [n, unit] = s < 60 ? [s, 's'] : s < 5400 ? [Math.round(s / 60), 'min']
    : s < 129600 ? [Math.round(s / 3600), 'h'] : [Math.round(s / 86400), 'days'];
  if (s < 3) return 'now';
  return ms < 0 ? `${n} ${unit} ago` : `in ${n} ${unit}`;
}

export const exact = (iso) => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');

export function time(iso, otherwise = '–') {
  if (!iso) return h('span', { class: 'faint' }, otherwise);
  return h('time', { datetime: iso, title: exact(iso) }, relative(Date.parse(iso) - now()));
}

// The exact time first: for tables that are read as a record.
export const stamp = (iso) => h('time', { datetime: iso, title: relative(Date.parse(iso) - now()) }, exact(iso));

export function refreshTimes() {
  for (const t of document.querySelectorAll('time[title$=" UTC"]'))
    t.textContent = relative(Date.parse(t.dateTime) - now());
}

export const count = (n) => Number(n || 0).toLocaleString('en');
export const plural = (n, one, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;
export const seconds = (s) => (s < 10 ? `${Number(s).toFixed(1)} s` : s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`);

export const badge = (tone, text) => h('span', { class: `badge ${tone}` }, text);
export const empty = (title, text, ...more) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), text && h('p', null, text), more);
export const warn = (tone, title, ...more) =>
  h('div', { class: `box ${tone}`, role: 'group', 'aria-label': title },
    h('p', { class: 'box-title' }, title), more);

export function failure(e) {
  return h('div', { class: 'box bad', role: 'alert' }, h('p', { class: 'box-title' }, e.message),
    e.advice && h('p', null, e.advice), e.id && h('p', { class: 'faint' }, 'Message ', h('code', null, e.id)));
}

export const facts = (...rows) =>
  h('dl', { class: 'facts' }, rows.filter(Boolean).map(([name, ...value]) =>
    h('div', null, h('dt', null, name), h('dd', null, value))));

export function button(text, props, press) {
  let busy = false; // not `disabled`: that would take the focus away
  const b = h('button', { type: 'button', ...props, onclick: async () => {
    if (busy) return;
    busy = true;
    try { await press(b); } finally { busy = false; }
  } }, text);
  return b;
}

// A table that becomes cards on a phone: each cell knows its column.
export function table(caption, heads, rows) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', null, h('caption', { class: 'unseen' }, caption),
      h('thead', null, h('tr', null, heads.map((t) => h('th', { scope: 'col' }, t)))),
      h('tbody', null, rows.map((cells) => h('tr', null,
        cells.map((c, i) => h('td', { 'data-head': heads[i] }, c)))))));
}

// Attribute values as people read them.
export function shown(value) {
  if (value === null || value === undefined) return '(none)';
  if (Array.isArray(value)) return value.length ? value.map(shown).join(', ') : '(none)';
  if (typeof value === 'object') {
    if (value.$link) return `${value.$link.type} ${value.$link.key}`;
    if ('value' in value) return shown(value.value) + (value.type ? ` (${value.type})` : '');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return value.startsWith('hmac:') ? '(sensitive)' : value === '' ? '""' : value;
  return String(value);
}

let speaking;
export function say(text) {
  const place = document.getElementById('said');
  clearTimeout(speaking);
  place.textContent = '';
  speaking = setTimeout(() => { place.textContent = text; }, 50); // a new text is only read out when it appears
}

export function toast(text) {
  say(text);
  document.querySelector('.toast')?.remove();
  const t = h('p', { class: 'toast', 'aria-hidden': 'true' }, text);
  document.body.append(t);
  setTimeout(() => t.remove(), 6000);
}

// True when the person said yes. `typed`: a word that must be typed first.
export function ask({ title, text, yes, danger = false, typed = '' }) {
  return new Promise((done) => {
    const field = !typed ? null : h('input', { id: 'typed', autocomplete: 'off', spellcheck: 'false' });
    const go = h('button', { type: 'submit', value: 'yes', class: danger ? 'danger' : 'primary', disabled: !!typed }, yes);
    const dialog = h('dialog', { 'aria-labelledby': 'ask-title' },
      h('form', { method: 'dialog' }, h('h2', { id: 'ask-title' }, title),
        [].concat(text).map((t) => (t instanceof Node ? t : h('p', null, t))),
        typed && h('p', null, h('label', { for: 'typed' }, 'Type ', h('code', null, typed), ' to go on'), field),
        h('div', { class: 'buttons end' },
          h('button', { type: 'submit', value: 'no', formnovalidate: true, autofocus: !typed }, 'Cancel'), go)));
    // Return in the field presses the first submit button, which is Cancel: only the full word may go on.
    field?.addEventListener('input', () => { go.disabled = field.value !== typed; });
    field?.addEventListener('keydown', (e) => {
      if (e.key === 'Enter') { e.preventDefault(); if (!go.disabled) dialog.close('yes'); }
    });
    const before = document.activeElement;
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      done(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    (field || dialog.querySelector('[value=no]')).focus();
  });
}

export function copyable(text) {
  const b = button('Copy', { class: 'small', 'aria-label': 'Copy the command' }, async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast('Copied.');
    } catch {
      getSelection().selectAllChildren(b.previousSibling);
      toast('Selected: copy it with your keyboard.');
    }
  });
  return h('div', { class: 'command' }, h('code', null, text), b);
}

// Pages through `all` (an array): draws `size` at a time.
export function pager(all, size, draw) {
  const place = h('div', { class: 'paged' });
  let first = 0;
  const show = () => {
    const last = Math.min(first + size, all.length);
    place.replaceChildren(...all.slice(first, last).map(draw));
    if (all.length <= size) return;
    const step = (text, by) => {
      const to = first + by;
      return h('button', { type: 'button', disabled: to < 0 || to >= all.length, onclick: () => {
        first = to;
        show();
        place.scrollIntoView({ block: 'start' });
        (place.querySelector(`[data-step="${by}"]:not(:disabled)`) || place.querySelector('[data-step]:not(:disabled)'))?.focus({ preventScroll: true });
        say(`Showing ${count(first + 1)} to ${count(Math.min(first + size, all.length))} of ${count(all.length)}`);
      }, 'data-step': by }, text);
    };
    place.append(h('nav', { class: 'pages', 'aria-label': 'Pages' }, step('Previous', -size),
      h('span', null, `${count(first + 1)}–${count(last)} of ${count(all.length)}`), step('Next', size)));
  };
  show();
  return place;
}

// Calls `run` when typing has paused.
export function later(run, ms = 200) {
  let t;
  return () => { clearTimeout(t); t = setTimeout(run, ms); };
}
