import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, follow, makeApi, makePause } from '../../widget/net.js';
import { refusal, settle } from './fakes.js';

const body = (text) => new Response(text);

/** Follows a stream whose openings end as `openings` say; then it is aborted. */
async function followed(openings, options = {}) {
  const stop = new AbortController();
  const seen = { opened: 0, events: [], connections: [], gone: 0 };
  const pause = { wait: async (milliseconds) => { (seen.waits ??= []).push(milliseconds); }, wake: () => {} };
  await follow({
    open: async (signal) => {
      seen.opened += 1;
      const opening = openings.shift();
      if (!opening) {
        stop.abort();
        throw new Error('over');
      }
      if (opening instanceof Error) throw opening;
      return typeof opening === 'function' ? opening(signal) : opening;
    },
    signal: stop.signal,
    onevent: (event) => seen.events.push(event.data),
    onconnection: (connection) => seen.connections.push(connection),
    ongone: () => { seen.gone += 1; },
    pause,
    ...options,
  });
  return seen;
}

test('a stream that ends or breaks is opened again, after a pause', async () => {
  const seen = await followed([body('data: 1\n\n'), new TypeError('network'), body('data: 2\n\n')]);
  assert.deepEqual(seen.events, ['1', '2']);
  assert.deepEqual(seen.connections, ['live', 'reconnecting', 'reconnecting', 'live', 'reconnecting']);
  assert.equal(seen.waits.length, 3);
});

test('after some tries in vain it is called failed, and is still tried', async () => {
  const seen = await followed(Array.from({ length: 6 }, () => new TypeError('network')));
  assert.deepEqual(seen.connections, ['reconnecting', 'reconnecting', 'reconnecting', 'failed', 'failed', 'failed']);
});

test('a conversation that is gone ends it', async () => {
  const seen = await followed([refusal(410), body('data: 1\n\n')]);
  assert.equal(seen.gone, 1);
  assert.equal(seen.opened, 1);
});

test('the server says how long to wait', async () => {
  assert.equal((await followed([refusal(429, 'Wait.', 30_000)])).waits[0], 30_000);
});

test('a silent stream is given up', async () => {
  const silent = (signal) => new Response(new ReadableStream({
    start: (controller) => signal.addEventListener('abort', () => controller.error(new Error('aborted'))),
  }));
  const seen = await followed([silent], { silence: 20 });
  assert.deepEqual(seen.connections, ['live', 'reconnecting']);
});

test('tries come later and later, at most 30 seconds apart, and not all at once', () => {
  assert.deepEqual([0, 1, 2, 9].map((attempt) => backoff(attempt, () => 1)), [1000, 2000, 4000, 30_000]);
  assert.equal(backoff(0, () => 0), 500);
});

test('a pause can be cut short', async () => {
  const pause = makePause();
  let over = false;
  void pause.wait(300).then(() => { over = true; });
  await settle();
  assert.equal(over, false);
  pause.wake();
  await settle();
  assert.equal(over, true);
});

test('requests carry the token, and never a cookie', async () => {
  const calls = [];
  const api = makeApi('https://chat.example', async (url, init) => {
    calls.push([url, init]);
    return Response.json({ id: 'a', token: 'b', messages: [] });
  });
  const chat = { id: 'abc', token: 'secret' };
  await api.begin('GB', 'en');
  await api.say(chat, { id: 'x', at: 1, text: 'hello', late: true });
  await api.say(chat, { id: 'x', at: 1, text: 'Yes', choice: 'c2-1' });
  await api.messages(chat, 3);
  await api.events(chat, 7, new AbortController().signal);
  await api.judge(chat, 4, 'up');
  await api.erase(chat);
  assert.deepEqual(calls.map(([url, { method, body }]) => `${method} ${url} ${body ?? ''}`.trim()), [
    'POST https://chat.example/api/conversations {"region":"GB","locale":"en"}',
    'POST https://chat.example/api/conversations/abc/messages {"id":"x","text":"hello"}',
    'POST https://chat.example/api/conversations/abc/messages {"id":"x","choice":"c2-1"}',
    'GET https://chat.example/api/conversations/abc/messages?after=3',
    'GET https://chat.example/api/conversations/abc/events',
    'PUT https://chat.example/api/conversations/abc/messages/4/feedback {"value":"up"}',
    'DELETE https://chat.example/api/conversations/abc',
  ]);
  assert.ok(calls.every(([, { credentials }]) => credentials === 'omit'));
  assert.ok(calls.slice(1).every(([, { headers }]) => headers.Authorization === 'Bearer secret'));
  assert.equal(calls[4][1].headers['Last-Event-ID'], '7');
});

test('a refusal says what it means', async () => {
  const answers = [
    new Response('{"error": {"code": "rate_limited", "message": "Slow down."}}', {
      status: 429, headers: { 'Retry-After': '7' },
    }),
    new Response('<h1>Bad gateway</h1>', { status: 502 }),
    new Response('{"error": {"code": "gone", "message": "Deleted."}}', { status: 410 }),
    new Response('{"error": {"code": "not_found", "message": "No."}}', { status: 404 }),
  ];
  const api = makeApi('https://chat.example', async () => answers.shift());
  const chat = { id: 'abc', token: 'secret' };
  const failed = async (call) => {
    const { message, wait, gone, final } = await call.then(() => assert.fail('no error'), (error) => error);
    return [message, wait, gone, final];
  };
  assert.deepEqual(await failed(api.messages(chat, 0)), ['Slow down.', 7000, false, false]);
  assert.deepEqual(await failed(api.messages(chat, 0)), ['HTTP 502', 0, false, false]);
  assert.deepEqual(await failed(api.messages(chat, 0)), ['Deleted.', 0, true, true]);
  // a wrong address of the server is no chat that was deleted
  assert.deepEqual(await failed(api.begin(null, 'en')), ['No.', 0, false, true]);
});
