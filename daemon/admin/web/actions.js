// What the buttons do: they ask first, then follow the job to its end.
import { job, part, post } from '/api.js';
import { ask, button, plural, toast } from '/dom.js';

const after = (text) => {
  toast(text);
  document.dispatchEvent(new CustomEvent('changed'));
};
const complain = (e) => toast(e.advice ? `${e.message} ${e.advice}` : e.message);

// What a finished job came to, as one sentence.
export function outcome(j) {
  if (j.error) return j.error;
  const plan = j.result?.plan;
  if (j.kind === 'plan') {
    if (!plan) return j.result?.error || 'No plan could be made.';
    const refused = plan.refused?.length ? ' A guard would refuse it.' : '';
    return plan.changes.length ? `${plural(plan.changes.length, 'change')} planned.${refused}` : 'Nothing to do.';
  }
  const pushed = plan?.pushed;
  switch (j.exit_code) {
    case 0: return pushed?.done ? `Done: ${plural(pushed.done, 'change')}.` : 'Done: nothing had to be changed.';
    case 3: return 'A guard refused: nothing was written. The plan says what and how to allow it.';
    case 4: return `Done, but some were rejected (${plural(pushed?.rejected || 0, 'reject')} in this cycle).`;
    case 5: return 'Another process is at work on this sync.';
    case 6: return 'Done, but a list was not proved complete, so removals were withheld.';
    default: return j.result?.error || `It ended with code ${j.exit_code}.`;
  }
}

async function follow(b, path, body) {
  const label = b.textContent;
  b.setAttribute('aria-busy', 'true');
  try {
    const j = await job(path, body, (state) => { b.textContent = state === 'waiting' ? 'Waiting…' : 'Working…'; });
    after(outcome(j));
    return j;
  } catch (e) {
    complain(e);
    return null;
  } finally {
    b.textContent = label;
    b.removeAttribute('aria-busy');
  }
}

const of = (sync, rest) => `/syncs/${part(sync)}/${rest}`;

export const planNow = (sync, done = () => {}) =>
  button('Plan now', { id: `plan-${sync}`, title: 'Reads both sides and writes nothing' }, async (b) => {
    if (await follow(b, of(sync, 'plan'), { refresh: false })) await done();
  });

export const runNow = (sync, target, done = () => {}) =>
  button('Run now', { id: `run-${sync}`, class: 'primary' }, async (b) => {
    const yes = await ask({ title: `Run ${sync} now?`, yes: 'Run now',
      text: `Reads the source, plans, lets the guards judge the whole plan, and writes what is left to do to ${target || 'the target'}.` });
    if (yes && await follow(b, of(sync, 'run'), { refresh: false })) await done();
  });

export const allowAndRun = (sync, refused, done = () => {}) =>
  button('Allow exactly this and run…', { class: 'danger', id: `allow-${sync}` }, async (b) => {
    const yes = await ask({ title: 'Let these removals pass?', yes: 'Allow and run', danger: true, typed: sync,
      text: [...refused.map((r) => r.text), 'Only what these guards refused in this very plan passes. If the plan is another one by then, it is refused again.'] });
    if (yes && await follow(b, of(sync, 'run'), { refresh: false, allow: refused.map((r) => r.allow) })) await done();
  });

// A POST that answers at once.
async function now(path, body, text) {
  try {
    await post(path, body);
    after(text);
    return true;
  } catch (e) {
    complain(e);
    return false;
  }
}

export const release = (sync, done = () => {}) =>
  button('Release…', { id: `release-${sync}` }, async () => {
    const yes = await ask({ title: `Release ${sync} from quarantine?`, yes: 'Release',
      text: 'The next cycle begins at once. If the target still fails, the sync goes back into quarantine.' });
    if (yes && await now(of(sync, 'quarantine/release'), {}, `${sync} is released; its next cycle begins.`)) await done();
  });

export const retryReject = (r, done) =>
  button('Retry', { class: 'small', 'aria-label': `Retry ${r.label || r.key}` }, async () => {
    if (await now(of(r.sync, 'rejects/retry'), { type: r.type, key: r.key }, `${r.label || r.key} is tried again in the next cycle.`)) await done();
  });

export const dropReject = (r, done) =>
  button('Drop…', { class: 'small', 'aria-label': `Drop ${r.label || r.key}` }, async () => {
    const yes = await ask({ title: `Drop ${r.label || r.key}?`, yes: 'Drop', danger: true,
      text: 'It is not tried again until something else would be written for it. Nothing is changed at the target.' });
    if (yes && await now(of(r.sync, 'rejects/drop'), { type: r.type, key: r.key }, `${r.label || r.key} was dropped.`)) await done();
  });

export const retryAll = (sync, n, done) =>
  button(`Retry all ${n}`, { id: `retry-all-${sync}` }, async () => {
    const yes = await ask({ title: `Retry all rejects of ${sync}?`, yes: 'Retry all',
      text: `${plural(n, 'resource')} will be tried again in the next cycle, whatever their own schedule says.` });
    if (yes && await now(of(sync, 'rejects/retry'), {}, `The rejects of ${sync} are tried again in the next cycle.`)) await done();
  });
