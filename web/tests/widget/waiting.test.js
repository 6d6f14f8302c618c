import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { statusOf } from '../../widget/state.js';
import { chatOn, message, Server, settle } from './fakes.js';

const texts = (chat) => chat.state.messages.map(({ text }) => text);

test('no answer within 8 seconds is said, and asked for; an answer ends it', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  for (const milliseconds of [2000, 2000, 2000, 1999]) {
    mock.timers.tick(milliseconds);
    await settle();
    assert.equal(statusOf(chat.state), null);
  }
  server.messages.push(message(2, { reply_to: 1, text: 'held back by a proxy' }));
  mock.timers.tick(1);
  assert.equal(statusOf(chat.state).key, 'failure.slow');
  await settle();
  assert.deepEqual([texts(chat), statusOf(chat.state)], [['hello', 'held back by a proxy'], null]);
  chat.stop();
});

test('offline is said, not overridden by tries in vain, and ended by the network', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  chat.online(false);
  server.stream.error(new TypeError('network'));
  await settle();
  assert.equal(statusOf(chat.state).key, 'failure.offline');
  chat.online(true);
  await settle();
  assert.equal(chat.state.connection, 'live');
  chat.stop();
});

test('after a reconnect the stream goes on after the last message', async () => {
  const server = new Server();
  const { chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  assert.equal(server.streamed, 0);
  server.send('message', message(1, { id: server.posts[0].id }), 1);
  server.send('message', message(2), 2);
  await settle();
  server.stream.close();
  await settle();
  assert.equal(statusOf(chat.state).key, 'failure.reconnecting');
  chat.retry();
  await settle();
  assert.deepEqual([server.streamed, texts(chat).length], [2, 2]);
  chat.stop();
});

test('where no stream gets through the history comes all the same, and answers within two seconds', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const server = new Server();
  server.messages = [message(1, { id: 'old' }), message(2, { reply_to: 1, text: 'before' })];
  server.api = () => ({ ...Server.prototype.api.call(server), events: () => new Promise(() => {}) });
  const { chat, store } = chatOn(server);
  store.chat = { id: 'chat', token: 'secret' };
  chat.start();
  mock.timers.tick(200);
  await settle();
  assert.deepEqual(texts(chat), ['text 1', 'before']);
  chat.send('more');
  await settle();
  const { sequence } = server.messages.at(-1);
  server.messages.push(message(sequence + 1, { reply_to: sequence, text: 'after' }));
  mock.timers.tick(2000);
  await settle();
  assert.equal(texts(chat).at(-1), 'after');
  chat.stop();
});
