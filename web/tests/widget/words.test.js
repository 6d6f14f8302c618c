import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REGIONS, UNKNOWN } from '../../widget/numbers.js';
import { BUILT_IN, emergencySentence, numberOf, translator } from '../../widget/render.js';

const WIDGET = new URL('../../widget/', import.meta.url);
const read = (name) => readFileSync(new URL(name, WIDGET), 'utf8');
const english = JSON.parse(read('strings/en.json'));
const keys = Object.entries(english).flatMap(([group, table]) => Object.keys(table).map((name) => `${group}.${name}`));
const code = readdirSync(WIDGET).filter((name) => name.endsWith('.js')).map(read).join('\n');

/** Keys in the code, those that are put together included. */
function used() {
  const quoted = [...code.matchAll(/'(\w+\.\w+)'/g)].map(([, key]) => key);
  const found = quoted.filter((key) => english[key.split('.')[0]]);
  const made = {
    'welcome.': ['starter1', 'starter2', 'starter3'],
    'plan.': ['exercise', 'sets', 'reps', 'how'],
    'log.': ['up', 'down'],
    'entry.': ['sending', 'late', 'refused'],
    'menu.': ['size0', 'size1', 'size2', 'restart', 'restartAsk', 'restartYes', 'erase', 'eraseAsk', 'eraseYes'],
  };
  const prefixes = new Set([...code.matchAll(/`(\w+\.)(?:size)?\$\{/g)].map(([, prefix]) => prefix));
  assert.deepEqual([...prefixes].sort(), Object.keys(made).sort(), 'keys put together where this test does not look');
  return new Set([...found, ...Object.entries(made).flatMap(([prefix, names]) => names.map((name) => prefix + name))]);
}

test('every string that is used is there, and every one that is there is used', () => {
  assert.deepEqual([...used()].sort(), keys.sort());
});

test('the built-in words are those of the file', () => {
  for (const [group, table] of Object.entries(BUILT_IN)) {
    for (const [name, text] of Object.entries(table)) assert.equal(english[group][name], text);
  }
});

test('placeholders are filled in, a missing translation falls back to English, a missing key shows itself', () => {
  const t = translator({ log: { source: 'Quelle: {source}' } }, english);
  assert.equal(t('log.source', { source: '{you}' }), 'Quelle: {you}');
  assert.equal(t('panel.close'), 'Close the chat');
  assert.equal(t('no.such'), 'no.such');
});

test('every region has a number to dial, and an unknown one gets the general numbers', () => {
  for (const emergency of [UNKNOWN, ...Object.keys(REGIONS)]) assert.match(emergency, /^\d{3}( or \d{3})?$/);
  for (const [emergency, codes] of Object.entries(REGIONS)) {
    for (const code of codes.split(' ')) assert.equal(numberOf(code), emergency);
  }
  assert.equal(numberOf('GB'), '999 or 112');
  for (const region of ['', 'XX', 'gb', 'constructor', '__proto__', '000', undefined]) {
    assert.equal(numberOf(region), UNKNOWN);
  }
});

test('the emergency sentence names the number of the site, and the visitor\'s own', () => {
  const t = translator(english);
  assert.match(emergencySentence('US', t), /call 911 or your local number now/);
  assert.match(emergencySentence('', t), /call 112 or 911 now/);
});
