import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../widget/state.js';
import { chatOn, message, refusal, Server, settle } from './fakes.js';

const texts = (chat) => chat.state.messages.map(({ text }) => text);

test('a chat that is gone says so; unsent words and the draft survive; the next message begins a new one', async () => {
  const server = new Server();
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  server.failures = [refusal(410)];
  chat.draft('half a sentence');
  chat.send('more');
  await settle();
  assert.equal(statusOf(chat.state).key, 'failure.ended');
  assert.deepEqual([texts(chat), store.chat, store.entries()], [[], null, []]);
  assert.equal(chat.state.draft.text, 'more\nhalf a sentence');
  assert.equal(server.signal.aborted, true);
  chat.send('again');
  await settle();
  assert.deepEqual([server.begun, texts(chat), statusOf(chat.state)], [2, ['hello', 'again'].slice(1), null]);
  chat.stop();
});

test('deleting asks the server first; when that fails nothing is lost', async () => {
  const server = new Server();
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  server.failures = [new TypeError('network')];
  await chat.erase();
  assert.deepEqual([texts(chat), statusOf(chat.state).key], [['hello'], 'failure.notice']);
  chat.draft('half');
  await chat.erase();
  assert.deepEqual([server.erased, store.chat, texts(chat), store.get('draft')], [1, null, [], null]);
  assert.equal(statusOf(chat.state).key, 'failure.ended');
});

test('the stream says that the chat was deleted elsewhere', async () => {
  const server = new Server();
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  server.send('erased', {});
  await settle();
  assert.deepEqual([chat.state.ended, store.chat], [true, null]);
});

test('a new conversation leaves the old one, and gives back what was not sent', async () => {
  const server = new Server();
  const { chat, store } = chatOn(server);
  chat.start();
  chat.send('hello');
  await settle();
  chat.restart();
  assert.deepEqual([store.chat, texts(chat), chat.state.ended], [null, [], false]);
  chat.send('new');
  await settle();
  assert.deepEqual([server.begun, server.posts.at(-1).chat], [2, 'chat2']);
  chat.stop();
});

test('quick exit leaves nothing in the browser, not even a conversation that is just being begun', async () => {
  const server = new Server();
  const { area, chat } = chatOn(server);
  chat.start();
  chat.send('hello');
  chat.forget();
  await settle();
  assert.deepEqual([area, server.posts], [{}, []]);
});

test('another tab that begins or leaves a conversation takes this one along; what is being written stays', async () => {
  const server = new Server();
  const { area, chat, store } = chatOn(server);
  chat.start();
  chat.draft('mine');
  area['hip-chat:test:chat'] = '{"id": "other", "token": "t"}';
  server.messages = [message(1, { text: 'from the other tab' })];
  chat.stored('{}');
  await settle();
  assert.equal(chat.state.connection, 'live');
  server.send('message', server.messages[0], 1);
  await settle();
  assert.deepEqual(texts(chat), ['from the other tab']);
  delete area['hip-chat:test:chat'];
  chat.stored(null);
  assert.deepEqual([chat.state.ended, texts(chat), store.get('draft')], [true, [], 'mine']);
});
