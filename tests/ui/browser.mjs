// Debian's Chromium, and what every page of the test must keep: no console error, no CSP violation, no request to anywhere
// else, nothing for axe-core to complain about.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// What npm brought lies in the build folder, not beside the sources.
const modules = createRequire(`${process.env.IDFERRY_MODULES}/`);
const { chromium } = modules('playwright-core');
const axe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');

export const open_browser = () => chromium.launch({
  executablePath: process.env.IDFERRY_CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// One person's session with the page, watched.
export class visit {
  static async begin(browser, url, size = { width: 1280, height: 800 }) {
    const v = new visit();
    v.origin = new URL(url).origin;
    v.complaints = [];
    v.foreign = [];
    v.bytes = 0;
    v.loaded = [];
    v.allowed = []; // parts of messages that this test expects
    v.context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
    await v.context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
    });
    v.page = await v.context.newPage();
    v.page.setDefaultTimeout(60000);
    v.page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) v.complain(`${m.text()} (${m.location().url})`); });
    v.page.on('pageerror', (e) => v.complain(e.stack || e.message));
    v.context.on('request', (r) => { if (new URL(r.url()).origin !== v.origin) v.foreign.push(r.url()); });
    v.page.on('response', (r) => v.loaded.push(r));
    await v.page.goto(url);
    return v;
  }

  complain(text) { if (!this.allowed.some((part) => text.includes(part))) this.complaints.push(text); }

  // The page is drawn when its body says its name.
  async shown(title) { await this.page.waitForSelector(title ? `body[data-page="${title}"]` : 'body[data-page]'); }

  async go(hash, title) {
    await this.page.evaluate((to) => {
      delete document.body.dataset.page;
      if (location.hash === to) dispatchEvent(new HashChangeEvent('hashchange'));
      else location.hash = to;
    }, hash);
    await this.shown(title);
  }

  text(selector = 'main') { return this.page.locator(selector).first().innerText(); }
  async has(text) { await this.page.locator('main').getByText(text).locator('visible=true').first().waitFor(); }
  focus() {
    return this.page.evaluate(() => {
      const a = document.activeElement;
      return a === document.body ? 'body' : (a.id ? `#${a.id}` : `${a.localName}: ${(a.getAttribute('aria-label') || a.textContent).trim()}`);
    });
  }

  // The focused thing shows that it is: an outline that is drawn.
  outline() {
    return this.page.evaluate(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; });
  }

  // axe-core lives in a world of its own, so that the page's policy stays as it is.
  async findings() {
    const session = await this.context.newCDPSession(this.page);
    const { frameTree } = await session.send('Page.getFrameTree');
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
    await session.send('Runtime.evaluate', { expression: `${axe};0`, contextId });
    const expression = `axe.run().then((r) => JSON.stringify({ passes: r.passes.length, found: r.violations.map((v) =>
      ({ impact: v.impact, id: v.id, help: v.help, where: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary) })) }))`;
    const answer = await session.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true });
    await session.detach();
    assert.ok(answer.result.value, `axe-core did not run: ${JSON.stringify(answer.exceptionDetails || answer)}`);
    return JSON.parse(answer.result.value);
  }

  // Nothing is wider than the window: nobody has to scroll sideways.
  overflow() { return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth); }

  quiet() {
    assert.deepEqual(this.complaints, [], 'the console has errors');
    assert.deepEqual(this.foreign, [], 'something was asked of another place');
  }

  end() { return this.context.close(); }
}
