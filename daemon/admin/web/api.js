// Talks to the daemon: the token, requests, errors with what to do, jobs. The token is kept in this variable and
// nowhere else: a closed or reloaded page has forgotten it.
let token = '';
let skew = 0; // the daemon's clock minus this machine's, in milliseconds

export class ApiError extends Error {
  constructor(status, text, id) {
    super(text);
    this.status = status;
    this.id = id || '';
    this.advice = adviceFor(status);
  }
}

function adviceFor(status) {
  if (status === 0) return 'Look whether the daemon runs (systemctl status idferry) and whether “idferry web” was ended.';
  if (status === 401) return 'Run “idferry web” again and open the new address, or give the token again.';
  if (status === 403) return 'Open the address that “idferry web” prints, in this browser and only once.';
  if (status === 421) return 'Open the page under an address that the configuration names (admin.tcp.names).';
  if (status === 429 || status === 503) return 'Wait a moment, then try again.';
  if (status >= 500) return 'The log of the daemon says more: journalctl -u idferry.';
  return '';
}

export const signedIn = () => token !== '';
export const now = () => Date.now() + skew;
export const part = encodeURIComponent;

async function send(method, path, body) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = 'Bearer ' + token;
  if (body) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, body: body ? JSON.stringify(body) : undefined,
      cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    });
  } catch {
    throw new ApiError(0, 'idferry does not answer.');
  }
  let data = null;
  try { data = await answer.json(); } catch { /* not JSON: the status says enough */ }
  if (answer.ok) return data;
  const said = data && typeof data.error === 'string' ? data.error : `idferry answered with status ${answer.status}`;
  throw new ApiError(answer.status, sentence(said), data && data.id);
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

export async function call(method, path, body) {
  try {
    return await send(method, '/api/v1' + path, body);
  } catch (e) {
    if (e.status === 401) {
      token = '';
      document.dispatchEvent(new CustomEvent('signed-out', { detail: e }));
    }
    throw e;
  }
}

export const get = (path) => call('GET', path);
export const post = (path, body = {}) => call('POST', path, body);

export async function status() {
  const s = await get('/status');
  const told = Date.parse(s.now || '');
  if (Number.isFinite(told)) skew = told - Date.now();
  return s;
}

// Takes #token=… out of the address. “idferry web” gives one that works once and is exchanged; the token of a TCP
// endpoint is used as it is.
export async function begin() {
  const given = /^#token=([^&]+)/.exec(location.hash);
  if (!given) return;
  history.replaceState(null, '', location.pathname);
  const once = decodeURIComponent(given[1]);
  try {
    const answer = await send('POST', '/session', { token: once });
    token = answer.session;
  } catch (e) {
    if (e.status === 403 || e.status === 0) throw e;
    token = once;
  }
}

// A token typed by hand: kept when the daemon takes it.
export async function signIn(text) {
  token = text;
  try {
    await send('GET', '/api/v1/status');
  } catch (e) {
    token = '';
    throw e;
  }
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Asks for a job and follows it to its end. `told` hears each state; the job is returned.
export async function job(path, body, told = () => {}) {
  const { job: id } = await post(path, body);
  for (let wait = 150; ; wait = Math.min(wait * 1.5, 2000)) {
    const j = await get(`/jobs/${part(id)}`);
    told(j.state);
    if (j.state === 'done') return j;
    await pause(wait);
  }
}
