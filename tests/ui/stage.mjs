// The real programs on a stage: idferry-sandbox, `idferry run` and `idferry web`, in a folder of their own.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const patience = 60000;

// A promise that fails, saying what was waited for, when it takes too long.
export function within(promise, what, ms = patience) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`waited ${ms} ms for ${what}`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A program whose lines (of standard output and error) can be waited for.
class program {
  constructor(path, args, name) {
    this.name = name;
    this.lines = [];
    this.waiting = [];
    this.child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NOTIFY_SOCKET: '' } });
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (l) => this.heard(l));
    this.ended = new Promise((done) => { this.child.on('close', (code, signal) => done(code ?? signal)); });
  }

  heard(line) {
    this.lines.push(line);
    this.waiting = this.waiting.filter((w) => !(w.fits(line) && (w.done(line), true)));
  }

  // The first line that fits, already there or still to come.
  line(fits, what) {
    const there = this.lines.find(fits);
    if (there !== undefined) return Promise.resolve(there);
    const ended = this.ended.then((how) => { throw new Error(`${this.name} ended (${how}) before ${what}`); });
    return within(Promise.race([ended, new Promise((done) => { this.waiting.push({ fits, done }); })]), `${what} of ${this.name}`)
      .catch((e) => { throw new Error(`${e.message}; its last lines:\n${this.lines.slice(-15).join('\n')}`); });
  }

  async stop() {
    this.child.kill('SIGTERM');
    return within(this.ended, `the end of ${this.name}`, 10000);
  }
}

function request(how, options, body) {
  return new Promise((done, fail) => {
    const r = how.request(options, (answer) => {
      const parts = [];
      answer.on('data', (d) => parts.push(d));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode >= 400) fail(Object.assign(new Error(`${options.method} ${options.path}: ${answer.statusCode} ${text}`), { status: answer.statusCode }));
        else done(text ? JSON.parse(text) : null);
      });
    });
    r.on('error', fail);
    r.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export class stage {
  constructor(build) {
    this.build = build;
    this.folder = mkdtempSync(join(tmpdir(), 'idferry-ui-'));
    chmodSync(this.folder, 0o700);
    this.gateways = [];
  }

  in(name) { return join(this.folder, name); }

  async open(users) {
    this.sandbox = new program(join(this.build, 'idferry-sandbox'),
      ['--users', String(users), '--groups', '8', '--seed', '7', '--mode', 'user_list', '--dir', this.in('sandbox'), '--exit-with-parent'], 'idferry-sandbox');
    await this.sandbox.line((l) => l.startsWith('{'), 'the address');
    this.world = JSON.parse(readFileSync(this.in('sandbox/sandbox.json'), 'utf8'));
    this.ca = readFileSync(this.world.ca_file);
  }

  // Changes something in the sandbox, as an administrator of the real system would.
  ask(method, path, body) {
    const url = new URL(path, this.world.control);
    return request(https, { method, host: url.hostname, port: url.port, path: url.pathname + url.search, ca: this.ca,
      headers: { 'Content-Type': 'application/json' } }, body);
  }

  configure(text) { writeFileSync(this.in('idferry.yaml'), text, { mode: 0o600 }); }

  async run() {
    this.daemon = new program(join(this.build, 'idferry'),
      ['run', '-c', this.in('idferry.yaml'), '--state', this.in('state'), '--log', 'json'], 'idferry run');
    await this.daemon.line((l) => l.includes('"daemon_ready"'), 'readiness');
    await this.daemon.line((l) => l.includes('"admin_listening"'), 'the admin endpoint');
  }

  // The API over the socket, whose file is the permission.
  api(method, path, body) {
    return request(http, { method, socketPath: this.in('admin.sock'), path: `/api/v1${path}`,
      headers: { Host: 'localhost', 'Content-Type': 'application/json' } }, body);
  }

  // Asks again until it fits; the daemon has no event to wait for.
  async until(path, fits, what) {
    const last = Date.now() + patience;
    for (;;) {
      const answer = await this.api('GET', path);
      if (fits(answer)) return answer;
      if (Date.now() > last) throw new Error(`waited ${patience} ms until ${what}; ${path} says ${JSON.stringify(answer).slice(0, 2000)}`);
      await new Promise((done) => { setTimeout(done, 100); });
    }
  }

  async job(path, body = {}) {
    const { job } = await this.api('POST', path, body);
    return this.until(`/jobs/${job}`, (j) => j.state === 'done', `job ${job} (${path}) is done`);
  }

  // A fresh address that works once.
  async address() {
    const gateway = new program(join(this.build, 'idferry'), ['web', '-c', this.in('idferry.yaml')], 'idferry web');
    this.gateways.push(gateway);
    const url = await gateway.line((l) => l.startsWith('http://'), 'the address');
    return { url, gateway };
  }

  async close() {
    for (const p of [...this.gateways, this.daemon, this.sandbox]) if (p && p.child.exitCode === null) await p.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// An organisation with everything an administrator may meet: changes that wait, rejects, a plan that a guard refuses, a
// target that does not answer. Names of people are from the sandbox's generator (seed 7).
export const hostile = '<img src=x onerror="document.title=1">';

const refusing = '127.0.0.1:1'; // no server has this port

function configuration(s) {
  const w = s.world;
  const given = readFileSync(s.in('sandbox/idferry.yaml'), 'utf8');
  const scim = (name, base, token, more = '') => `  ${name}:
    type: scim
    base_url: ${base}
    auth: {bearer: {file: "${token}"}}
    rate: {requests_per_second: 0, burst: 100, concurrency: 4}
    tls: {ca_file: "${w.ca_file}"}
${more}`;
  const flow = (name, target) => `  ${name}:
    source: bare
    target: ${target}
    schedule: {every: 12h, full: "0 3 * * 0"}
    users:
      match: [userName]
      scope: 'emails pr'
      attributes: {userName: email, name.givenName: name.givenName, name.familyName: name.familyName, active: active, title: title}
      leave: {action: deactivate}
    guards: {max_removals: 2%}
`;
  writeFileSync(s.in('crm-token'), w.strict.token, { mode: 0o600 });
  return given
    .replace('\nsyncs:\n', `${scim('crm', w.strict.base_url, s.in('crm-token'))}${
      scim('old-crm', `https://${refusing}/scim/v2`, s.in('crm-token'), '    retry: {tries: 1}\n')}\nsyncs:\n`)
    .replace('    target: showpad\n', '    target: showpad\n    schedule: {every: 12h, jitter: 30s, full: "0 3 * * *"}\n')
    + flow('staff-to-crm', 'crm') + flow('staff-to-old-crm', 'old-crm')
    + `\nadmin: {socket: "${s.in('admin.sock')}"}\n`;
}

export async function troubled_organisation(build) {
  const s = new stage(build);
  try {
    await s.open(120);
    // Showpad takes two people not at once.
    await s.ask('POST', 'faults', { server: 'showpad', method: 'POST', path: '/Users', kind: '422', count: 2, skip: 30 });
    s.configure(configuration(s));
    await s.run();
    const ended = (name) => (st) => st.syncs.find((x) => x.name === name)?.last && st.syncs.find((x) => x.name === name).state !== 'running';
    for (const name of ['staff-to-showpad', 'staff-to-crm', 'staff-to-old-crm'])
      await s.until('/status', ended(name), `${name} had its first cycle`);
    // A target that fails three times in a row is left in peace.
    for (let i = 0; i < 4; ++i) {
      const st = await s.api('GET', '/status');
      if (st.syncs.find((x) => x.name === 'staff-to-old-crm').quarantine) break;
      await s.job('/syncs/staff-to-old-crm/run');
    }
    // Four people leave: for one sync that is usual, for the other more than its guard lets pass. And two change: one
    // gets a hostile name, one a new role.
    s.staff = (await s.api('GET', '/people?q=acme.example&sync=staff-to-showpad&limit=60')).people.filter((p) => p.type === 'user' && !p.rejected);
    [s.bride, s.lead] = [s.staff[9], s.staff[19]];
    s.leavers = s.staff.slice(24, 28);
    await s.ask('PATCH', `bareid/users/${s.bride.key}`, { lastName: hostile });
    await s.ask('PUT', `bareid/users/${s.lead.key}/groups/%2Fstaff%2FSales%2FSales%20Leads`);
    for (const p of s.leavers) await s.ask('DELETE', `bareid/users/${p.key}`);
    await s.job('/syncs/staff-to-crm/run');
    return s;
  } catch (e) {
    await s.close();
    throw e;
  }
}
