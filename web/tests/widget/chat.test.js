import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinned, statusOf } from '../../widget/state.js';
import { chatOn, message, refusal, Server, settle } from './fakes.js';

const texts = (chat) => chat.state.messages.map(({ text }) => text);
const waitingTexts = (chat) => chat.state.outbox.map(({ text }) => text);

test('nothing is asked of the server until something is said', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  await settle();
  assert.deepEqual([server.begun, server.posts.length, chat.state.connection], [0, 0, 'idle']);
  chat.send('   \n');
  await settle();
  assert.equal(server.begun, 0);
});

test('the first message begins a conversation, and the stream brings the answer', async () => {
  const server = new Server();
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  assert.deepEqual(waitingTexts(chat), ['hello']);
  await settle();
  assert.deepEqual([server.begun, server.posts.length], [1, 1]);
  assert.deepEqual([texts(chat), waitingTexts(chat), store.entries()], [['hello'], [], []]);
  server.send('message', message(2, { reply_to: 1 }), 2);
  await settle();
  assert.deepEqual(texts(chat), ['hello', 'text 2']);
  chat.stop();
});

test('what could not be sent is kept and sent again under the same id: stored once', async () => {
  const server = new Server();
  server.failures = [null, new TypeError('network'), refusal(503), refusal(429)];
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  for (let round = 0; round < 5; round += 1) {
    await settle();
    if (round < 3) {
      assert.equal(store.entries().length, 1);
      assert.equal(statusOf(chat.state).key, 'failure.failed');
    }
    chat.retry();
  }
  assert.equal(server.posts.length, 4);
  assert.equal(new Set(server.posts.map(({ id }) => id)).size, 1);
  assert.equal(server.messages.length, 1);
  assert.deepEqual(store.entries(), []);
  chat.stop();
});

test('a message whose confirmation was lost is not said twice', async () => {
  const server = new Server();
  server.loseAnswer = true;
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  chat.retry();
  await settle();
  assert.deepEqual([server.posts.length, server.messages.length, texts(chat)], [2, 1, ['hello']]);
  chat.stop();
});

test('messages are sent in order, one after the other', async () => {
  const server = new Server();
  server.failures = [null, new TypeError('network')];
  const { chat } = chatOn(server);
  chat.start();
  ['one', 'two', 'three'].forEach((text) => chat.send(text));
  await settle();
  chat.retry();
  await settle();
  assert.deepEqual(server.messages.map(({ text }) => text), ['one', 'two', 'three']);
  chat.stop();
});

test('unsent text survives a reload and is sent by the next page, once', async () => {
  const server = new Server();
  server.failures = [new TypeError('network')];
  const before = chatOn(server);
  before.chat.start();
  before.chat.send('hello');
  await settle();
  before.chat.stop();
  const { chat } = chatOn(server, before.area);
  chat.start();
  await settle();
  before.chat.retry();
  await settle();
  assert.deepEqual([server.begun, server.messages.length], [1, 1]);
  assert.deepEqual(texts(chat), ['hello']);
  before.chat.stop();
  chat.stop();
});

test('a choice is sent by its id and shown in the visitor\'s words', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('Fitness', 'c2-2');
  assert.deepEqual(waitingTexts(chat), ['Fitness']);
  await settle();
  assert.equal(server.posts[0].choice, 'c2-2');
  chat.stop();
});

test('what the server refuses for good is said, kept, and given back to edit; the rest goes on', async () => {
  const server = new Server();
  server.failures = [null, refusal(413, 'Too long.')];
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('long');
  chat.send('short');
  await settle();
  assert.deepEqual(chat.state.outbox.map(({ text, refused }) => [text, refused]), [['long', 'Too long.']]);
  assert.deepEqual(texts(chat), ['short']);
  chat.draft('other words');
  chat.edit(chat.state.outbox[0]);
  assert.equal(chat.state.draft.text, 'long\nother words');
  assert.deepEqual([chat.state.outbox, store.entries()], [[], []]);
  chat.stop();
});

test('a thumb is shown at once, taken back when pressed again, and undone when it could not be saved', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  server.send('message', message(2), 2);
  await settle();
  const feedback = () => chat.state.messages[1].feedback;
  await chat.judge(2, 'up');
  assert.equal(feedback(), 'up');
  await chat.judge(2, 'down');
  assert.equal(feedback(), 'down');
  await chat.judge(2, 'down');
  assert.equal(feedback(), null);
  server.failures = [refusal(503)];
  await chat.judge(2, 'up');
  assert.deepEqual([feedback(), chat.state.notice], [null, true]);
  chat.stop();
});

test('what was shown is remembered for the next page, so that it is not said again', async () => {
  const server = new Server();
  const { area, chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  chat.seen(2);
  chat.stop();
  const next = chatOn(server, area).chat;
  next.start();
  assert.equal(next.state.seen, 2);
  next.stop();
});

test('an emergency that could not be stored is pinned all the same', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('my hip popped out');
  await settle();
  const card = { kind: 'emergency', tel: ['999'] };
  server.send('message', message(null, { reply_to: 1, card, outcome: 'emergency' }));
  await settle();
  assert.equal(pinned(chat.state).length, 1);
  chat.stop();
});

test('too much is said in the words of the server, which know how long to wait', async () => {
  const server = new Server();
  server.failures = [null, refusal(429, 'That was fast: wait 20 seconds.', 50)];
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  assert.deepEqual(statusOf(chat.state), { key: 'failure.wait', reason: 'That was fast: wait 20 seconds.' });
  chat.retry();
  await settle();
  assert.equal(statusOf(chat.state), null);
  chat.stop();
});
