import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { makeStore, makeTabs } from '../../widget/shared.js';
import { settle } from './fakes.js';

const entry = (id, at) => ({ id, at, text: id });

test('what is kept is there for the next page, under the name of the installation', () => {
  const area = {};
  const store = makeStore('one', () => area);
  store.chat = { id: 'a', token: 'b' };
  store.set('draft', 'half');
  store.keep(entry('x', 2));
  store.keep(entry('w', 1));
  const again = makeStore('one', () => area);
  assert.deepEqual(again.chat, { id: 'a', token: 'b' });
  assert.equal(again.get('draft'), 'half');
  assert.deepEqual(again.entries().map(({ id }) => id), ['w', 'x']);
  assert.equal(makeStore('two', () => area).chat, null);
});

test('clearing leaves nothing of ours, and everything of others', () => {
  const area = { theirs: '1' };
  const store = makeStore('one', () => area);
  store.chat = { id: 'a', token: 'b' };
  store.keep(entry('x', 1));
  store.clear();
  assert.deepEqual(area, { theirs: '1' });
});

test('a new conversation was not seen yet', () => {
  const store = makeStore('one', () => ({}));
  store.set('seen', '7');
  store.chat = { id: 'a', token: 'b' };
  assert.equal(store.get('seen'), null);
});

for (const [name, area] of [
  ['forbidden', () => { throw new Error('SecurityError'); }],
  ['missing', () => null],
]) {
  test(`where storage is ${name} the tab remembers by itself`, () => {
    const store = makeStore('one', area);
    store.chat = { id: 'a', token: 'b' };
    store.keep(entry('x', 1));
    assert.equal(store.chat.id, 'a');
    assert.equal(store.entries().length, 1);
    store.clear();
    assert.equal(store.chat, null);
  });
}

test('a full storage loses nothing of this tab, and clearing reaches both', () => {
  const kept = {};
  let full = false;
  const area = new Proxy(kept, {
    set: (target, key, value) => {
      if (full) throw new Error('QuotaExceededError');
      target[key] = value;
      return true;
    },
  });
  const store = makeStore('one', () => area);
  store.chat = { id: 'a', token: 'b' };
  store.keep(entry('w', 1));
  full = true;
  store.keep(entry('x', 2));
  store.keep({ ...entry('w', 1), text: 'changed' });
  assert.deepEqual(store.entries().map(({ text }) => text), ['changed', 'x']);
  store.clear();
  assert.deepEqual([kept, store.entries(), store.chat], [{}, [], null]);
});

test('spoilt values are as none', () => {
  const store = makeStore('one', () => ({ 'hip-chat:one:chat': '{"id":', 'hip-chat:one:entry:x': 'nonsense' }));
  assert.equal(store.chat, null);
  assert.deepEqual(store.entries(), []);
});

test('other tabs are heard when they begin or leave a conversation, and nothing else is', () => {
  const heard = [];
  const listen = makeStore('one', () => ({})).listener((value) => heard.push(value));
  listen({ key: 'hip-chat:one:chat', newValue: '{}' });
  listen({ key: 'hip-chat:one:chat', newValue: null });
  listen({ key: 'hip-chat:one:draft', newValue: 'x' });
  listen({ key: 'hip-chat:two:chat', newValue: 'x' });
  listen({ key: null, newValue: null });
  assert.deepEqual(heard, ['{}', null, null]);
});

/** The browser's locks, for one name: who holds it, who waits. */
class Locks {
  held = null;
  queue = [];

  request(name, options, work) {
    if (typeof options === 'function') return options();
    return new Promise((resolve, reject) => {
      const job = { reject, run: () => work().then(resolve, reject).finally(() => this.#free(job)) };
      options.signal?.addEventListener('abort', () => {
        this.queue = this.queue.filter((other) => other !== job);
        if (this.held !== job) reject(new DOMException('', 'AbortError'));
      });
      if (options.steal && this.held) {
        this.held.reject(new DOMException('', 'AbortError'));
        this.held = null;
        this.queue.unshift(job);
      } else {
        this.queue.push(job);
      }
      this.#next();
    });
  }

  #free(job) {
    if (this.held !== job) return;
    this.held = null;
    this.#next();
  }

  #next() {
    if (this.held) return;
    this.held = this.queue.shift() ?? null;
    this.held?.run();
  }
}

/** Channels of one name reach each other, not themselves. */
function channels() {
  const open = new Set();
  return class {
    constructor() {
      open.add(this);
    }

    postMessage(data) {
      for (const other of open) if (other !== this) other.onmessage({ data });
    }

    close() {
      open.delete(this);
    }
  };
}

function tabsOn(locks, Channel) {
  const tabs = makeTabs(locks, Channel);
  const heard = [];
  const lead = (signal) => new Promise((resolve) => { signal.addEventListener('abort', () => resolve()); });
  tabs.join('chat', lead, (news) => heard.push(news));
  return { tabs, heard };
}

test('one tab reads the stream and tells all; when it goes, the next one does', async () => {
  const [locks, Channel] = [new Locks(), channels()];
  const all = [tabsOn(locks, Channel), tabsOn(locks, Channel), tabsOn(locks, Channel)];
  const leading = () => all.map(({ tabs }) => tabs.leading());
  await settle();
  assert.deepEqual(leading(), [true, false, false]);
  all[0].tabs.tell({ connection: 'live' });
  assert.deepEqual(all.map(({ heard }) => heard), Array(3).fill([{ connection: 'live' }]));
  all[0].tabs.leave();
  await settle();
  assert.deepEqual(leading(), [false, true, false]);
});

test('the tab that comes to the front takes the lead, and gives it back when it goes', async () => {
  const [locks, Channel] = [new Locks(), channels()];
  const all = [tabsOn(locks, Channel), tabsOn(locks, Channel)];
  const leading = () => all.map(({ tabs }) => tabs.leading());
  await settle();
  all[1].tabs.front();
  await settle();
  assert.deepEqual(leading(), [false, true]);
  all[1].tabs.front();
  await settle();
  assert.deepEqual(leading(), [false, true]);
  all[1].tabs.leave();
  await settle();
  assert.deepEqual(leading(), [true, false]);
});

test('without locks every tab reads for itself', async () => {
  const all = [tabsOn(null, null), tabsOn(null, null)];
  await settle();
  assert.deepEqual(all.map(({ tabs }) => tabs.leading()), [true, true]);
  all[0].tabs.tell({ connection: 'live' });
  assert.deepEqual(all.map(({ heard }) => heard.length), [1, 0]);
});

test('what is done alone is answered at once, and others wait a moment longer', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let line = Promise.resolve();
  const locks = { request: (_name, work) => (line = line.then(work)) };
  const { alone } = makeTabs(locks, null);
  const done = [];
  const first = alone('what', async () => 'first').then((value) => done.push(value));
  const second = alone('what', async () => 'second').then((value) => done.push(value));
  await settle();
  assert.deepEqual(done, ['first']);
  mock.timers.tick(99);
  await Promise.all([first, second]);
  assert.deepEqual(done, ['first', 'second']);
});

test('what fails alone rejects, and lets the next one in', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let line = Promise.resolve();
  const { alone } = makeTabs({ request: (_name, work) => (line = line.then(work)) }, null);
  await assert.rejects(alone('what', async () => { throw new Error('no'); }), /no/);
  const next = alone('what', async () => 'next');
  mock.timers.tick(99);
  assert.equal(await next, 'next');
});
