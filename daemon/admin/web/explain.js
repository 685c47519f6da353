// What `explain` says about one person: source, scope, match, rules, target, decision.
import { badge, copyable, facts, h, plural, shown, table, warn } from '/dom.js';

const decisions = { none: ['good', 'Nothing to do'], create: ['info', 'Create'], adopt: ['info', 'Link'], update: ['info', 'Update'], keep: ['mute', 'Keep'],
  deactivate: ['bad', 'Deactivate'], remove: ['bad', 'Delete'], rejected: ['warn', 'Rejected'], protected: ['mute', 'Protected'],
  withheld: ['warn', 'Withheld'], unknown: ['mute', 'Unknown'] };

function clause(c) {
  const found = c.found === undefined ? null : h('span', { class: 'faint' }, ` found ${shown(c.found)}`);
  return h('li', { class: c.holds ? 'holds' : 'fails' }, h('span', { class: 'tick', 'aria-hidden': 'true' }, c.holds ? '✓' : '✗'), ' ',
    h('code', null, c.clause), h('span', { class: 'unseen' }, c.holds ? ' holds' : ' does not hold'), found,
    c.clauses?.length > 0 && h('ul', { class: 'clauses' }, c.clauses.map(clause)));
}

const part = (title, open, ...body) => h('details', { open }, h('summary', null, title), body);

export function explanation(x) {
  const d = x.decision || {};
  const [tone, word] = decisions[d.action] || ['mute', d.action || 'Unknown'];
  const out = (x.scope?.clauses || []).length > 0;
  return h('section', { class: 'panel explain', 'aria-labelledby': 'explained' },
    h('div', { class: 'page-head' }, h('h2', { id: 'explained', tabindex: '-1' }, 'What the next cycle would do'), badge(tone, word)),
    d.why && h('p', { class: 'lead' }, d.why), x.advice && h('p', null, x.advice), x.error && warn('bad', x.error),
    x.guard?.verdict === 'refuses' && warn('bad', 'A guard refuses the plan that this is part of',
      x.guard.guards.map((g) => [h('p', null, g.text), g.allow && copyable(`idferry sync ${x.sync} --allow ${g.allow}`)])),
    x.candidates?.length > 1 && table('Candidates', ['Name', 'Key', 'Where'], x.candidates.map((c) => [c.label, h('code', null, c.key), c.where])),
    d.changes?.length > 0 && table('Changes', ['Attribute', 'Old', 'New', 'Rule'], d.changes.map((c) => [h('code', null, c.attribute), shown(c.old), shown(c.new), c.rule || ''])),
    out && part(x.scope.in_scope === false ? 'Out of scope' : 'In scope', x.scope.in_scope === false, h('ul', { class: 'clauses' }, x.scope.clauses.map(clause))),
    x.source?.resource && part('At the source', false, h('pre', null, JSON.stringify(x.source.resource, null, 2)),
      x.source.groups?.length > 0 && h('p', null, `Groups: ${x.source.groups.map((g) => g.path || g.name).join(', ')}`)),
    x.match?.candidates?.length > 0 && part('Match', false, table('Match', ['Id', 'Name', 'By'], x.match.candidates.map((c) => [h('code', null, c.id), c.label, (c.by || []).join(', ')]))),
    x.rules?.length > 0 && part(plural(x.rules.length, 'rule'), false, table('Rules', ['Attribute', 'Rule', 'Input', 'Result'], x.rules.map((r) => [h('code', null, r.attribute),
      h('span', { class: 'long' }, r.rule), r.sensitive ? '(sensitive)' : shown(r.input),
      r.result === 'value' ? (r.sensitive ? '(sensitive)' : shown(r.output)) : [h('i', null, r.result.replace('_', ' ')), r.notice && ` ${r.notice}`]]))),
    x.target && part('At the target', false, facts(['Asked', x.target.asked ? 'yes' : 'no'], ['Found', x.target.found === null ? 'unknown' : x.target.found ? 'yes' : 'no'],
      x.target.id && ['Id', h('code', null, x.target.id)], x.target.protected && ['Protected', x.target.protected], x.target.problem && ['Problem', x.target.problem]),
    x.target.differs?.length > 0 && table('Changed there by others', ['Attribute', 'Written', 'There'], x.target.differs.map((c) => [h('code', null, c.attribute), shown(c.written), shown(c.there)])),
    x.target.resource && h('pre', null, JSON.stringify(x.target.resource, null, 2))));
}
