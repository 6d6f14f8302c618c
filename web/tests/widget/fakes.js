// Stand-ins for what lies outside the modules: server, storage, locks. No network, no DOM.
import { makeChat } from '../../widget/chat.js';
import { makeStore, makeTabs } from '../../widget/shared.js';

/** Lets everything that is ready happen. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export const refusal = (status, message = 'Because.', wait = 0) => Object.assign(new Error(message), {
  wait, gone: [401, 404, 410].includes(status), final: status < 500 && ![408, 429].includes(status),
});

const odd = (sequence) => sequence !== null && sequence % 2 === 1;

/** A message as the server sends it: the odd ones are the visitor's. */
export const message = (sequence, more = {}) => ({
  sequence,
  sender: odd(sequence) ? 'visitor' : 'assistant',
  id: null,
  reply_to: null,
  text: `text ${sequence}`,
  choices: [],
  card: null,
  source: null,
  outcome: null,
  kind: odd(sequence) ? 'message' : 'answer',
  state: null,
  time: '2026-11-26T10:00:00.000Z',
  feedback: null,
  ...more,
});

/** A server that keeps what it is sent, each client id once, and fails as `failures` says, one after the other. */
export class Server {
  failures = [];
  posts = [];
  begun = 0;
  messages = [];
  erased = 0;

  async begin() {
    await this.#maybeFail();
    this.begun += 1;
    return { id: `chat${this.begun}`, token: 'secret' };
  }

  async say(chat, entry) {
    this.posts.push({ chat: chat.id, ...entry });
    await this.#maybeFail();
    let stored = this.messages.find(({ id }) => id === entry.id);
    if (!stored) {
      stored = message(this.messages.length * 2 + 1, { id: entry.id, text: entry.text, state: 'received' });
      this.messages.push(stored);
    }
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new TypeError('network');
    }
    return stored;
  }

  async list(_chat, after) {
    return this.messages.filter(({ sequence }) => sequence > after);
  }

  async #maybeFail() {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }

  api() {
    return {
      begin: () => this.begin(),
      say: (...given) => this.say(...given),
      messages: (...given) => this.list(...given),
      events: async (_chat, after, signal) => {
        this.streamed = after;
        this.signal = signal;
        return new Response(new ReadableStream({
          start: (controller) => {
            this.stream = controller;
            signal.addEventListener('abort', () => controller.error(new DOMException('', 'AbortError')));
          },
        }));
      },
      judge: async () => {
        await this.#maybeFail();
        return true;
      },
      export: async () => 'the text',
      erase: async () => {
        await this.#maybeFail();
        this.erased += 1;
        return true;
      },
    };
  }

  /** Sends an event to the stream that is open. */
  send(name, data, id = '') {
    this.stream.enqueue(new TextEncoder().encode(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`));
  }
}

/** A chat on a fake server, with a storage that outlives it. */
export function chatOn(server, area = {}) {
  const store = makeStore('test', () => area);
  const chat = makeChat({
    api: server.api(), store, tabs: makeTabs(null, null), region: 'GB', locale: 'en', onchange: () => {},
  });
  return { area, chat, store };
}

/** Random numbers from 0 to 1 that are the same in every run. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
