// Routes, sign-in, and what every page has in common.
import { begin, signedIn, signIn } from '/api.js';
import { failure, h, refreshTimes, say } from '/dom.js';
import { auditPage } from '/audit.js';
import { cyclePage, syncPage } from '/cycles.js';
import { overviewPage } from '/overview.js';
import { peoplePage, personPage } from '/people.js';
import { planPage } from '/plan.js';
import { rejectsPage } from '/rejects.js';

// A page is a function that gives {title, content}, and may give `stop`, called when the page is left.
const routes = [
  [/^\/$/, overviewPage, '#/'],
  [/^\/sync\/([^/]+)$/, syncPage, '#/'],
  [/^\/sync\/([^/]+)\/plan$/, planPage, '#/'],
  [/^\/cycle\/(\d+)$/, cyclePage, '#/'],
  [/^\/rejects$/, rejectsPage, '#/rejects'],
  [/^\/people$/, peoplePage, '#/people'],
  [/^\/person\/([^/]+)\/([^/]+)\/([^/]+)$/, personPage, '#/people'],
  [/^\/audit$/, auditPage, '#/audit'],
];

const main = document.getElementById('main');
const nav = document.getElementById('nav');
let turn = 0;
let leave = () => {};
let first = true;

function setPage(title, content, section = '') {
  document.title = `${title} · idferry`;
  for (const a of nav.querySelectorAll('a')) {
    if (a.getAttribute('href') === section) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  main.replaceChildren(...[content].flat());
  scrollTo(0, 0);
  // Whoever follows a link by keyboard or reader goes on at the new page's heading.
  if (!first) main.querySelector('h1')?.focus({ preventScroll: true });
  first = false;
  document.body.dataset.page = title;
}

async function show() {
  if (!signedIn()) return;
  const mine = ++turn;
  leave();
  leave = () => {};
  const [path, query = ''] = (location.hash.slice(1) || '/').split('?');
  const found = routes.find(([pattern]) => pattern.test(path));
  main.setAttribute('aria-busy', 'true');
  delete document.body.dataset.page;
  let page;
  try {
    if (!found) throw new Error('There is no such page.');
    const names = found[0].exec(path).slice(1).map(decodeURIComponent);
    page = await found[1](...names, new URLSearchParams(query));
  } catch (e) {
    page = { title: 'Not shown', content: [h('h1', { tabindex: '-1' }, 'This cannot be shown'), failure(e),
      h('p', null, h('a', { href: '#/' }, 'Back to the overview'))] };
  }
  if (mine !== turn || !signedIn()) {
    page.stop?.();
    return;
  }
  main.removeAttribute('aria-busy');
  leave = page.stop || leave;
  setPage(page.title, page.content, found?.[2]);
}

function askForToken(why) {
  leave();
  leave = () => {};
  ++turn;
  nav.hidden = true;
  const field = h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' });
  const wrong = h('div');
  const form = h('form', { class: 'stack' },
    h('label', { for: 'token' }, 'Token of the admin endpoint (admin.tcp.token)'), field,
    h('button', { type: 'submit', class: 'primary' }, 'Sign in'), wrong);
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    try {
      await signIn(field.value);
      field.value = '';
      start();
    } catch (error) {
      wrong.replaceChildren(failure(error.status === 401 ? new Error('This token is not right.') : error));
    }
  });
  setPage('Sign in', h('div', { class: 'signin' }, h('h1', { tabindex: '-1' }, 'Sign in'), why && failure(why),
    h('p', null, 'Run ', h('code', null, 'idferry web'), ' on the machine of the daemon and open the address that it prints. ',
      'Where the endpoint listens on TCP, its token opens this page too.'),
    form, h('p', { class: 'faint' }, 'The token stays in the memory of this page. When the page is closed or reloaded, it is forgotten.')));
}

function start() {
  nav.hidden = false;
  first = true;
  show();
}

document.addEventListener('signed-out', (e) => { if (!nav.hidden) askForToken(e.detail); });
addEventListener('hashchange', show);
// Without a token there is nothing to go back to; the address must not become a page of its own.
document.getElementById('skip').addEventListener('click', (e) => {
  e.preventDefault();
  main.focus();
});
setInterval(refreshTimes, 15000);

try {
  await begin();
  if (signedIn()) start();
  else askForToken(null);
} catch (e) {
  askForToken(e);
  say(e.message);
}
