// The web page in a real Chromium, on the real daemon and sandbox. Started by ui.sh.
// The tests stand in the order of a working day: first everything is looked at, then things are done.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open_browser, visit } from './browser.mjs';
import { hostile, troubled_organisation } from './stage.mjs';

const build = process.env.IDFERRY_BUILD, pictures = process.env.IDFERRY_PICTURES;
const most_bytes = 80 * 1024; // everything the page loads, as it is sent

let s, browser, desk;
const axe = { pages: 0, serious: 0, lesser: new Set() };

before(async () => {
  mkdirSync(pictures, { recursive: true });
  s = await troubled_organisation(build);
  browser = await open_browser();
});
after(async () => {
  if (axe.pages) writeFileSync(join(pictures, 'axe.json'), JSON.stringify({ ...axe, lesser: [...axe.lesser] }, null, 2));
  await browser?.close();
  await s?.close();
});

const confirm = async (v, yes) => { await v.page.locator('dialog').getByRole('button', { name: yes, exact: true }).click(); };
const toast = async (v, text) => { await v.page.locator('.toast', { hasText: text }).waitFor(); };
const sync_of = async (name) => (await s.api('GET', '/status')).syncs.find((x) => x.name === name);

test('the address works once, and nothing of the token is left in it', async () => {
  const { url } = await s.address();
  desk = await visit.begin(browser, url);
  await desk.shown('Overview');
  assert.equal(await desk.page.evaluate(() => location.href.includes('token')), false);
  assert.deepEqual(await desk.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, JSON.stringify(history.state)]), [0, 0, '', 'null']);
  const sizes = await Promise.all(desk.loaded.filter((r) => !r.url().includes('/api/') && !r.url().endsWith('/session')).map(async (r) => (await r.body()).length));
  const bytes = sizes.reduce((a, b) => a + b, 0);
  assert.ok(bytes < most_bytes, `${bytes} bytes in ${sizes.length} files`);
  writeFileSync(join(pictures, 'size.json'), JSON.stringify({ bytes, files: sizes.length }));
  desk.quiet();

  const again = await visit.begin(browser, url);
  again.allowed.push('status of 403');
  await again.shown('Sign in');
  await again.has(/used already/);
  again.quiet();
  await again.end();
});

test('the files may load nothing but each other', async () => {
  const page = desk.loaded.find((r) => new URL(r.url()).pathname === '/');
  const policy = page.headers()['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|data:|http/);
  assert.doesNotMatch(await page.text(), /<script(?![^>]*src=)|\sstyle=|\son[a-z]+=/);
});

test('without a token the page shows nothing, and a wrong one is refused', async () => {
  const v = await visit.begin(browser, desk.origin);
  v.allowed.push('status of 401');
  await v.shown('Sign in');
  await v.page.getByLabel(/Token/).fill('not-the-token-at-all');
  await v.page.keyboard.press('Enter');
  await v.has('This token is not right.');
  assert.equal(v.loaded.some((r) => r.url().includes('/api/v1/') && r.ok()), false);
  await v.page.screenshot({ path: join(pictures, 'sign-in.png') });
  v.quiet();
  await v.end();
});

test('a plan can be asked for', async () => {
  await desk.page.locator('#plan-staff-to-showpad').click();
  await desk.shown('Plan of staff-to-showpad');
  await desk.has(/\d+ changes?$/);
  desk.quiet();
});

test('every page, on a phone and a desk, light and dark', async (t) => {
  const staff = '#/sync/staff-to-showpad';
  const rejected = (await s.api('GET', '/rejects?sync=staff-to-showpad')).rejects[0];
  const refused = (await s.api('GET', '/syncs/staff-to-crm/history')).cycles[0];
  const person = (p) => `#/person/${p.sync}/${p.type}/${p.key}`;
  const pages = {
    overview: ['#/', 'Overview', /2 syncs need you/],
    sync: [staff, 'staff-to-showpad', /Cycles/],
    plan: [`${staff}/plan`, 'Plan of staff-to-showpad', /changes/],
    refused: ['#/sync/staff-to-crm/plan', 'Plan of staff-to-crm', /A guard refuses this plan/],
    cycle: [`#/cycle/${refused.id}`, `Cycle ${refused.id}`, /Refused by max_removals/],
    rejects: ['#/rejects', 'Rejects', /2 rejects/],
    people: ['#/people?q=an', 'People', /acme\.example/],
    person: [person(s.bride), s.bride.label, /Created/],
    rejected: [person(rejected), rejected.label, /Rejected/],
    audit: ['#/audit', 'Audit', /create/],
    nothing: ['#/no/such/page', 'Not shown', /no such page/],
  };
  for (const [size, viewport] of [['desktop', { width: 1280, height: 800 }], ['phone', { width: 390, height: 844 }]])
    for (const colorScheme of ['light', 'dark']) {
      await desk.page.setViewportSize(viewport);
      await desk.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, [hash, title, words]] of Object.entries(pages))
        await t.test(`${name}, ${size}, ${colorScheme}`, async () => {
          await desk.go(hash, title);
          await desk.has(words);
          assert.ok(await desk.overflow() <= 0, 'the page is wider than the window');
          await desk.page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`), fullPage: true });
          const { found, passes } = await desk.findings();
          assert.ok(passes > 10, `axe-core judged next to nothing: ${passes}`);
          axe.pages += 1;
          const grave = found.filter((f) => f.impact === 'serious' || f.impact === 'critical');
          axe.serious += grave.length;
          for (const f of found) axe.lesser.add(`${f.impact} ${f.id}`);
          assert.deepEqual(grave, []);
          desk.quiet();
        });
    }
  await desk.page.setViewportSize({ width: 320, height: 640 });
  for (const [name, [hash, title]] of Object.entries(pages))
    await t.test(`${name}, 320 pixels`, async () => {
      await desk.go(hash, title);
      assert.ok(await desk.overflow() <= 0, 'the page is wider than the window');
    });
  await desk.page.setViewportSize({ width: 1280, height: 800 });
  await desk.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
});

test('the overview says how each sync is, and the chart has words', async () => {
  await desk.go('#/', 'Overview');
  const card = (name) => desk.page.locator('article', { has: desk.page.getByRole('heading', { name, exact: true }) });
  await card('staff-to-crm').getByText('Refused', { exact: true }).waitFor();
  await card('staff-to-old-crm').getByText('Quarantine', { exact: true }).waitFor();
  await card('staff-to-showpad').getByText('Rejects', { exact: true }).first().waitFor();
  assert.match(await card('staff-to-crm').getByRole('img').getAttribute('aria-label'), /^The last 2 cycles of staff-to-crm: .*1 refused.*newest.*refused/);
  const time = card('staff-to-showpad').locator('time').first();
  assert.match(await time.getAttribute('title'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
});

test('by keyboard alone', async () => {
  await desk.go('#/', 'Overview');
  await desk.page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges(); });
  const seen = [];
  const press = async (key) => { await desk.page.keyboard.press(key); seen.push(await desk.focus()); };
  // From the top of the document: skip link, brand, navigation.
  await desk.page.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); });
  for (let i = 0; i < 6; ++i) {
    await press('Tab');
    assert.ok(await desk.outline(), `${seen.at(-1)} does not show that it has the focus`);
  }
  assert.deepEqual(seen, ['#skip', 'a: idferry, overview', 'a: Overview', 'a: Rejects', 'a: People', 'a: Audit']);
  await desk.page.locator('#skip').focus();
  await press('Enter');
  assert.equal(seen.at(-1), '#main');

  // A dialog takes the focus, keeps it, and gives it back.
  await desk.page.locator('#run-staff-to-showpad').focus();
  await press('Enter');
  await desk.page.locator('dialog[open]').waitFor();
  assert.equal(await desk.focus(), 'button: Cancel');
  for (let i = 0; i < 5; ++i) {
    await desk.page.keyboard.press('Tab');
    assert.ok(await desk.page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)), `the dialog lost the focus to ${await desk.focus()}`);
  }
  const jobs = desk.loaded.filter((r) => r.request().method() === 'POST').length;
  await desk.page.keyboard.press('Escape');
  await desk.page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal(await desk.focus(), '#run-staff-to-showpad');
  assert.equal(desk.loaded.filter((r) => r.request().method() === 'POST').length, jobs, 'Escape must not do it');

  // A link followed by keyboard leads to the heading of the next page.
  await desk.page.getByRole('link', { name: 'Rejects', exact: true }).first().focus();
  await press('Enter');
  await desk.shown('Rejects');
  assert.equal(await desk.focus(), 'h1: Rejects');
  desk.quiet();
});

test('the plan is found by search and by operation', async () => {
  const { plan } = await s.api('GET', '/syncs/staff-to-showpad/plan');
  await desk.go('#/sync/staff-to-showpad/plan', 'Plan of staff-to-showpad');
  const changes = desk.page.locator('.change');
  assert.equal(await changes.count(), Math.min(50, plan.changes.length));
  await desk.page.getByLabel('Search').fill(s.bride.label);
  await desk.page.locator('#sum', { hasText: `1 of ${plan.changes.length} changes` }).waitFor();
  assert.match(await changes.first().innerText(), new RegExp(`${s.bride.label}[^]*name\\.familyName[^]*→`));
  // Markup of a name is text.
  assert.ok((await changes.first().innerText()).includes(hostile));
  assert.equal(await desk.page.locator('main img').count(), 0);
  assert.equal(await desk.page.locator('#said').getAttribute('aria-live'), 'polite');
  await desk.page.locator('#said', { hasText: '1 of' }).waitFor();

  await desk.page.getByLabel('Search').fill('');
  const gone = plan.changes.filter((c) => c.operation === 'deactivate').length;
  assert.equal(gone, s.leavers.length);
  await desk.page.getByRole('button', { name: /Deactivate/ }).click();
  await desk.page.locator('#sum', { hasText: `${gone} of ${plan.changes.length} changes` }).waitFor();
  assert.deepEqual((await changes.locator('h3').allInnerTexts()).sort(), s.leavers.map((p) => p.label).sort());
  await desk.page.getByLabel('Search').fill('nobody has this name');
  await desk.has('Nothing fits');
  desk.quiet();
});

test('a refused plan names the guard, the numbers and the command', async () => {
  const { plan } = await s.api('GET', '/syncs/staff-to-crm/plan');
  assert.deepEqual(plan.refused.map((r) => r.guard), ['max_removals']);
  await desk.go('#/sync/staff-to-crm/plan', 'Plan of staff-to-crm');
  assert.equal(await desk.text('.command code'), `idferry sync staff-to-crm --allow ${plan.refused[0].allow}`);
  assert.ok((await desk.text('.box.bad')).includes(plan.refused[0].text));
  assert.equal(await desk.page.locator('.change[data-op=deactivate]').count(), s.leavers.length);
  // Allowing it asks for the sync's name.
  await desk.page.locator('#allow-staff-to-crm').click();
  const go = desk.page.locator('dialog').getByRole('button', { name: 'Allow and run' });
  assert.ok(await go.isDisabled());
  await desk.page.locator('#typed').fill('staff-to-cr');
  await desk.page.keyboard.press('Enter');
  assert.ok(await go.isDisabled());
  await desk.page.screenshot({ path: join(pictures, 'allow-dialog.png') });
  await desk.page.locator('#typed').fill('staff-to-crm');
  desk.allowed.push('staff-to-crm/plan'); // once it is done, no plan waits: the daemon answers 404
  await desk.page.keyboard.press('Enter');
  await toast(desk, `Done: ${plan.changes.length} changes.`);
  assert.equal((await sync_of('staff-to-crm')).last.pushed.done, plan.changes.length);
  await desk.shown('Plan of staff-to-crm');
  await desk.has('No plan waits');
  desk.quiet();
});

test('somebody is found by name, and explained', async () => {
  await desk.go('#/people', 'People');
  await desk.page.getByLabel(/Search by name/).fill(s.lead.label.slice(0, 8));
  await desk.page.locator('#found').getByRole('link', { name: s.lead.label }).first().waitFor();
  await desk.page.getByLabel(/Search by name/).fill(s.lead.key);
  await desk.page.locator('#found li', { hasText: 'staff-to-showpad' }).getByRole('link', { name: s.lead.label }).click();
  await desk.shown(s.lead.label);
  await desk.has('we created it');
  await desk.page.locator('.timeline li', { hasText: 'Created' }).waitFor();
  assert.equal(await desk.page.getByRole('button', { name: 'Older lines' }).count(), 0, 'there are no older lines');
  await desk.page.locator('#explain').click();
  await desk.page.locator('#explained').waitFor();
  assert.equal(await desk.focus(), '#explained');
  assert.match(await desk.text('.explain'), /manager/); // the role that the new group gives
  await desk.page.screenshot({ path: join(pictures, 'explain.png'), fullPage: true });
  const { found } = await desk.findings();
  assert.deepEqual(found.filter((f) => f.impact === 'serious' || f.impact === 'critical'), []);
  desk.quiet();
});

test('somebody without an account is asked about at the source', async () => {
  // Who has no e-mail address is out of the scope `active eq true and emails pr`.
  await s.ask('POST', 'bareid/users', { username: 'anna.none', groups: ['/staff'],
    attributes: { firstName: { values: ['Anna'] }, lastName: { values: ['None'] } } });
  await desk.go('#/people', 'People');
  await desk.page.getByLabel(/Search by name/).fill('anna.none');
  await desk.has('Nobody was found');
  await desk.page.getByRole('link', { name: 'Ask staff-to-showpad' }).click();
  await desk.shown('anna.none');
  await desk.page.locator('#explain').click();
  await desk.page.locator('.explain summary', { hasText: 'Out of scope' }).waitFor();
  await desk.page.locator('.explain .fails', { hasText: 'emails pr' }).first().waitFor();
  desk.quiet();
});

test('a reject is tried again, another dropped; run now asks first, and does it', async () => {
  const { rejects } = await s.api('GET', '/rejects?sync=staff-to-showpad');
  assert.equal(rejects.length, 2);
  const [dropped, retried] = rejects;
  await desk.go('#/rejects', 'Rejects');
  const row = (r) => desk.page.locator('.reject', { hasText: r.label });
  assert.match(await row(dropped).innerText(), /422/);
  await row(dropped).getByRole('button', { name: /^Drop/ }).click();
  await confirm(desk, 'Drop');
  await row(dropped).getByText('dropped by hand').waitFor();
  await row(retried).getByRole('button', { name: /^Retry/ }).click();
  await toast(desk, /tried again/);

  await desk.go('#/', 'Overview');
  await desk.page.locator('#run-staff-to-showpad').click();
  await confirm(desk, 'Run now');
  await toast(desk, /Done/);
  const { people } = await s.api('GET', `/people?q=${encodeURIComponent(retried.key)}&sync=staff-to-showpad`);
  assert.equal(people[0].state, 'active');
  assert.equal(people[0].rejected, null);
  await desk.go('#/rejects', 'Rejects');
  await desk.has('0 rejects, and 1 dropped by hand');
  await desk.go(`#/person/staff-to-showpad/user/${s.leavers[0].key}`, s.leavers[0].label);
  await desk.page.locator('.timeline li', { hasText: 'Deactivated' }).waitFor();
  desk.quiet();
});

test('a sync is released from quarantine', async () => {
  await desk.go('#/', 'Overview');
  const before_it = (await sync_of('staff-to-old-crm')).last.id;
  await desk.page.locator('#release-staff-to-old-crm').click();
  await confirm(desk, 'Release');
  await toast(desk, /is released/);
  await s.until('/status', (st) => st.syncs.find((x) => x.name === 'staff-to-old-crm').last.id > before_it, 'it was tried at once');
  desk.quiet();
});

test('the audit trail has filters, and its chain is verified', async () => {
  await desk.go('#/audit', 'Audit');
  await desk.page.locator('#verify').click();
  await desk.page.locator('#chain', { hasText: 'The chain holds' }).waitFor();
  await desk.page.getByLabel('Operation').selectOption('deactivate');
  await desk.page.getByLabel('Sync').selectOption('staff-to-crm');
  await desk.page.getByRole('button', { name: 'Filter' }).click();
  await desk.page.waitForFunction((n) => document.querySelectorAll('.audit-line').length === n, s.leavers.length);
  await desk.page.getByLabel('Who').fill('nobody of this name');
  await desk.page.keyboard.press('Enter');
  await desk.has('No line fits');
  desk.quiet();
});

test('when the daemon is gone, the page says so and what to do', async () => {
  desk.allowed.push('Failed to load resource', 'ERR_CONNECTION');
  await s.gateways[0].stop();
  await desk.go('#/rejects', 'Not shown');
  await desk.has('idferry does not answer.');
  await desk.has(/systemctl status idferry/);
  await desk.page.screenshot({ path: join(pictures, 'gone.png') });
  await desk.end();
});
