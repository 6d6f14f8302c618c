import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOpen, EMPTY, pinned, reduce, statusOf, unread, waiting } from '../../widget/state.js';
import { message } from './fakes.js';

const after = (...events) => events.reduce(reduce, EMPTY);
const came = (sequence, more) => ({ type: 'message', message: message(sequence, more), streamed: true });
const queued = (id, more = {}) => ({ type: 'entry', entry: { id, at: 1, text: id, ...more } });
const set = (values) => ({ type: 'set', set: values });
const sequences = (state) => state.messages.map(({ sequence }) => sequence);
const EMERGENCY = { card: { kind: 'emergency', tel: ['999'] }, outcome: 'emergency' };
const CRISIS = { card: { kind: 'crisis', tel: ['999'] }, outcome: 'crisis' };

test('messages are kept by sequence, each once, in whatever order they come', () => {
  assert.deepEqual(sequences(after(came(3), came(1), came(2), came(3))), [1, 2, 3]);
});

test('the cursor counts what the stream brought, not what sending returned', () => {
  assert.equal(after(came(1), { type: 'message', message: message(5) }).cursor, 1);
  assert.equal(after({ type: 'message', message: message(5) }, came(5)).cursor, 5);
});

test('an entry leaves when its message comes, and does not come back', () => {
  const sent = after(queued('a'), queued('b', { at: 2 }), came(1, { id: 'a' }));
  assert.deepEqual(sent.outbox.map(({ id }) => id), ['b']);
  assert.equal(reduce(sent, queued('a')), sent);
});

test('entries are shown in the order of sending', () => {
  assert.deepEqual(after(queued('b', { at: 2 }), queued('a', { at: 1 })).outbox.map(({ id }) => id), ['a', 'b']);
});

test('what nobody has answered is waited for: on its way, or received', () => {
  const state = after(came(1, { id: 'a', state: 'received' }), queued('b'), queued('c', { refused: 'no' }));
  assert.deepEqual(waiting(state), ['a', 'b']);
  assert.deepEqual(waiting(reduce(state, came(2, { reply_to: 1 }))), ['b']);
  assert.deepEqual(waiting(after(came(1, { id: 'a', state: 'unanswered' }))), []);
});

test('choices can be pressed until something newer is said', () => {
  const answer = message(2, { choices: [{ id: 'c2-1', title: 'Yes' }] });
  assert.equal(choicesOpen(after(came(1), came(2)), answer), true);
  assert.equal(choicesOpen(after(came(1), came(2), queued('a')), answer), false);
  assert.equal(choicesOpen(after(came(1), came(2), came(3)), answer), false);
  assert.equal(choicesOpen(after(came(1), came(2), queued('a', { refused: 'no' })), answer), true);
});

test('an emergency stays pinned until the talk is about something else', () => {
  const pins = (...events) => pinned(after(...events)).map(({ sequence }) => sequence);
  const first = came(2, { reply_to: 1, ...EMERGENCY });
  assert.deepEqual(pins(came(1), first), [2]);
  assert.deepEqual(pins(came(1), first, came(3), came(4, { reply_to: 3, kind: 'failure' })), [2]);
  assert.deepEqual(pins(came(1), first, came(3), came(4, { reply_to: 3, ...EMERGENCY })), [4]);
  assert.deepEqual(pins(came(1), first, came(3), came(4, { reply_to: 3, outcome: 'safeguard' })), [2]);
  assert.deepEqual(pins(came(1), first, came(3), came(4, { reply_to: 3, outcome: 'clarify' })), []);
});

test('an emergency and a crisis are both pinned, the emergency on top; more replies of the turn change nothing', () => {
  const state = after(came(1), came(2, { reply_to: 1, ...CRISIS }), came(4, { reply_to: 1, ...EMERGENCY }),
    came(6, { reply_to: 1, outcome: 'emergency' }), came(8, { reply_to: 1, outcome: 'fitness' }));
  assert.deepEqual(pinned(state).map(({ card }) => card.kind), ['emergency', 'crisis']);
});

test('an answer that is not stored yet is shown, and replaced by the stored one', () => {
  const passing = { type: 'message', message: message(null, { reply_to: 1, ...EMERGENCY }), streamed: true };
  const state = after(came(1), passing, passing);
  assert.deepEqual(sequences(state), [1, 1.5]);
  assert.equal(state.cursor, 1);
  assert.equal(pinned(state).length, 1);
  const stored = reduce(state, came(2, { reply_to: 1, ...EMERGENCY }));
  assert.deepEqual(sequences(stored), [1, 2]);
  assert.deepEqual(sequences(reduce(stored, passing)), [1, 2]);
});

test('an answer that was read before it could be stored is not said again', () => {
  const passing = { type: 'message', message: message(null, { reply_to: 1, text: 'read' }) };
  const state = after(came(1), passing, set({ seen: 1.5 }), came(2, { reply_to: 1, text: 'read' }));
  assert.deepEqual(unread(state), []);
  const other = after(came(1), passing, set({ seen: 1.5 }), came(2, { reply_to: 1, text: 'another' }));
  assert.deepEqual(unread(other).map(({ text }) => text), ['another']);
});

test('answers are unread until they were shown; the own words never are', () => {
  const state = after(came(1), came(2), came(3), came(4), set({ seen: 2 }));
  assert.deepEqual(unread(state).map(({ sequence }) => sequence), [4]);
});

test('the words below the conversation: the most important only', () => {
  const key = (...events) => statusOf(after(...events))?.key;
  assert.equal(key(), undefined);
  assert.equal(key(set({ connection: 'live' })), undefined);
  assert.equal(key(set({ connection: 'offline', notice: true })), 'failure.offline');
  assert.equal(key(set({ connection: 'reconnecting' })), 'failure.reconnecting');
  assert.equal(key(set({ connection: 'failed' })), 'failure.failed');
  assert.equal(key(queued('a', { late: ' ' })), 'failure.failed');
  assert.equal(key(queued('a'), set({ slow: ['a'] })), 'failure.slow');
  assert.equal(key(came(1, { id: 'a', state: 'received' }), set({ slow: ['a'] }), came(2, { reply_to: 1 })), undefined);
  assert.equal(key({ type: 'cleared', ended: true }), 'failure.ended');
  assert.equal(key({ type: 'cleared', ended: true }, queued('a')), undefined);
});

test('a notice goes with the next message', () => {
  assert.equal(after(set({ notice: true }), came(2)).notice, false);
});

test('clearing forgets the chat, not that the browser is offline, nor what is being written', () => {
  const draft = { text: 'half a' };
  const before = [came(1), queued('a'), set({ connection: 'offline', draft, seen: 1 })];
  const cleared = after(...before, { type: 'cleared', ended: false });
  assert.deepEqual(cleared, { ...EMPTY, connection: 'offline', draft });
});
