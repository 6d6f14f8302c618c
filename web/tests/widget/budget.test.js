import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const WIDGET = new URL('../../widget/', import.meta.url);
const MOST_BYTES = 20_000;
const MOST_LINES = 200;
const read = (name) => readFileSync(new URL(name, WIDGET));
const modules = readdirSync(WIDGET).filter((name) => name.endsWith('.js'));
const code = modules.map((name) => [name, read(name).toString()]);

test('all that a browser loads is at most 20 KB, compressed', (context) => {
  const sizes = [...modules, 'strings/en.json'].map((name) => [name, gzipSync(read(name), { level: 9 }).length]);
  const sum = sizes.reduce((total, [, size]) => total + size, 0);
  context.diagnostic(`${sum} bytes: ${sizes.map(([name, size]) => `${name} ${size}`).join(', ')}`);
  assert.ok(sum <= MOST_BYTES, `${sum} bytes, ${sum - MOST_BYTES} too many`);
});

test('the folder holds nothing that is not counted', () => {
  const others = readdirSync(WIDGET).filter((name) => !modules.includes(name));
  assert.deepEqual(others.sort(), ['promises.d.ts', 'strings', 'types.d.ts']);
  assert.ok(readdirSync(new URL('strings/', WIDGET)).every((name) => /^[a-z]{2,3}\.json$/.test(name)));
});

test('no module is longer than 200 lines', () => {
  for (const [name, text] of code) assert.ok(text.split('\n').length <= MOST_LINES + 1, name);
});

test('modules import each other and nothing else, and all are reached from the element', () => {
  const reached = new Set();
  const follow = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const [, target] of read(name).toString().matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      assert.match(target, /^\.\/[\w-]+\.js$/, `${name} imports ${target}`);
      assert.ok(existsSync(new URL(target, WIDGET)), `${name} imports ${target}`);
      follow(target.slice(2));
    }
  };
  follow('hip-chat.js');
  assert.deepEqual([...reached].sort(), modules.sort());
});

test('text never becomes HTML, code or an inline style, and nothing comes from elsewhere', () => {
  const never = [
    'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'createContextualFragment', 'DOMParser', 'srcdoc',
    'eval(', 'new Function', "'style'", 'style=', '.style.',
  ];
  for (const [name, text] of code) {
    for (const word of never) assert.ok(!text.includes(word), `${name}: ${word}`);
    for (const [url] of text.matchAll(/https?:\/\/[\w.]+/g)) assert.equal(url, 'http://www.w3.org', `${name}: ${url}`);
  }
});
