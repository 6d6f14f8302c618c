import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sseParser } from '../../widget/net.js';
import { seeded } from './fakes.js';

function parsed(bytes, cuts = []) {
  const events = [];
  const push = sseParser((event) => events.push(event));
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    push(bytes.subarray(from, cut));
    from = cut;
  }
  return events;
}
const bytesOf = (text) => new TextEncoder().encode(text);

const STREAM = ': ping\n\nevent: message\nid: 1\ndata: {"text": "Überall – 漢字 🦴"}\n\n'
  + 'data: two\ndata:  lines\ndata\n\n'
  + 'event: typing\ndata: {}\n\nid: 2\n\ndata: x\n\n: ping\n\n';
const EVENTS = [
  { event: 'message', data: '{"text": "Überall – 漢字 🦴"}', id: '1' },
  { event: 'message', data: 'two\n lines\n', id: '1' },
  { event: 'typing', data: '{}', id: '1' },
  { event: 'message', data: 'x', id: '2' },
];

for (const [name, end] of [['LF', '\n'], ['CRLF', '\r\n'], ['CR', '\r']]) {
  const bytes = bytesOf(STREAM.replaceAll('\n', end) + (end === '\r' ? ':\r' : ''));
  test(`events are read with ${name}, cut at any one place, inside a character too`, () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) assert.deepEqual(parsed(bytes, [cut]), EVENTS, `cut at ${cut}`);
  });
  test(`events are read with ${name}, byte by byte and cut at random`, () => {
    assert.deepEqual(parsed(bytes, bytes.keys()), EVENTS);
    const random = seeded(7);
    for (let round = 0; round < 300; round += 1) {
      const cuts = Array.from({ length: 9 }, () => Math.floor(random() * bytes.length));
      assert.deepEqual(parsed(bytes, cuts.sort((one, other) => one - other)), EVENTS);
    }
  });
}

test('an event that is not complete is not reported', () => {
  assert.deepEqual(parsed(bytesOf('data: one\n\ndata: half')), [{ event: 'message', data: 'one', id: '' }]);
});

test('comments, unknown fields and ids with NUL change nothing', () => {
  const bytes = bytesOf(':x\nretry: 5\nid: 4\nid: a\0b\nfoo: bar\ndata:y\n\n');
  assert.deepEqual(parsed(bytes), [{ event: 'message', data: 'y', id: '4' }]);
});

test('a byte order mark at the start is no part of the first field', () => {
  assert.deepEqual(parsed(bytesOf('\uFEFFdata: y\n\n')), [{ event: 'message', data: 'y', id: '' }]);
});
