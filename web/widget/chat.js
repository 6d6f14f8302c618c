// The conversation: what the visitor does, the server, the tabs, the state.
import { backoff, follow, makePause } from './net.js';
import { EMPTY, reduce, waiting } from './state.js';

/** @param {ChatOptions} options @returns {Chat} */
export function makeChat({ api, store, tabs, region, locale, onchange }) {
  let state = EMPTY;
  let sending = false;
  const timers = new Map();
  const pause = makePause();

  /** Asks every 2 seconds: some proxies hold streams back. */
  const watch = (id = '', times = 1) => timers.set(id, setTimeout(() => {
    if (!waiting(state).includes(id)) return;
    if (times === 4) set({ slow: [...state.slow, id] });
    if (times < 30) watch(id, times + 1);
    void catchUp();
  }, 2000));
  const happen = (/** @type {Happening} */ event) => {
    state = reduce(state, event);
    for (const id of waiting(state)) {
      if (!timers.has(id)) watch(id);
    }
    onchange();
  };
  const set = (/** @type {Partial<State>} */ values) => happen({ type: 'set', set: values });
  const connect = (/** @type {Connection} */ connection) => {
    if (state.connection !== 'offline' || /idle|live/.test(connection)) set({ connection, typing: false });
  };
  const stop = () => {
    tabs.leave();
    timers.forEach(clearTimeout);
    timers.clear();
  };
  const draft = (text = '') => store.set('draft', text || null);
  /** To the visitor, to be edited or sent anew. @param {(string | undefined)[]} texts */
  const giveBack = (...texts) => {
    const text = [...texts, store.get('draft')].filter(Boolean).join('\n');
    draft(text);
    return { text };
  };

  const clear = (ended = false, /** @type {Credentials | null} */ of = store.chat) => {
    if (of?.id !== store.chat?.id) return; // another has begun
    stop();
    const unsent = store.entries();
    unsent.forEach(({ id }) => store.drop(id));
    store.chat = null;
    happen({ type: 'cleared', ended });
    set({ draft: giveBack(...unsent.map(({ choice, text }) => (choice ? '' : text))) });
  };

  const attach = () => {
    const { chat } = store;
    if (!chat) return;
    connect('connecting');
    tabs.join(`hip-chat:${chat.id}`, (signal) => follow({
      open: (end) => api.events(chat, state.cursor, end),
      signal,
      onevent: (event) => tabs.tell({ event }),
      onconnection: (connection) => tabs.tell({ connection }),
      ongone: () => clear(true, chat),
      pause,
    }), (/** @type {News} */ { event, connection }) => {
      if (connection) connect(connection);
      const body = event && JSON.parse(event.data);
      if (event?.event === 'message') happen({ type: 'message', message: body, streamed: true });
      if (event?.event === 'typing') set(body);
      if (event?.event === 'erased') clear(true, chat);
    });
    timers.set('', setTimeout(catchUp, 150));
  };

  /** @type {Attempt} */
  const attempt = async (work, notice = true) => {
    const { chat } = store;
    try {
      return chat && (await work(chat));
    } catch (error) {
      if (/** @type {Refusal} */ (error).gone) clear(true, chat);
      else set({ notice });
      return null;
    }
  };

  const catchUp = () => attempt(async (chat) => {
    for (const message of await api.messages(chat, state.cursor)) {
      if (store.chat?.id === chat.id) happen({ type: 'message', message, streamed: true });
    }
    if (!tabs.leading()) connect('live');
  }, state.notice);

  const queue = (/** @type {Entry} */ entry) => {
    store.keep(entry);
    happen({ type: 'entry', entry });
  };
  /** In order, until it arrives, always under the same id: never twice. */
  const flush = async () => {
    const next = () => store.entries().find(({ refused }) => !refused);
    if (sending) return;
    sending = true;
    for (let entry = next(), tries = 0; entry; entry = next()) {
      const key = `entry:${entry.id}`;
      const before = store.chat;
      let chat = before;
      try {
        chat = await tabs.alone('hip-chat', async () => {
          const begun = store.chat ?? await api.begin(region, locale);
          if (store.get(key)) store.chat ??= begun;
          return begun;
        });
        if (!store.get(key)) continue; // taken back, or sent by another tab
        if (!before) attach();
        const message = await api.say(chat, entry);
        store.drop(entry.id);
        if (chat.id === store.chat?.id) happen({ type: 'message', message });
        tries = 0;
      } catch (error) {
        const { gone, final, message = '', wait } = /** @type {Refusal} */ (error);
        if (gone) clear(true, chat);
        else if (store.get(key)) queue({ ...entry, ...(final ? { refused: message } : { late: wait ? message : ' ' }) });
        if (!gone && !final) await pause.wait(wait || backoff(tries++));
      }
    }
    sending = false;
  };
  const resume = () => {
    set({ seen: Number(store.get('seen')) });
    store.entries().forEach((entry) => happen({ type: 'entry', entry }));
    attach();
  };

  return {
    get state() {
      return state;
    },
    store,
    stop,
    draft,
    start: () => {
      resume();
      void flush();
    },
    send: (text, choice) => {
      if (!text.trim()) return;
      const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
      queue({ id, at: Date.now(), text, ...(choice && { choice }) });
      pause.wake();
      void flush();
    },
    edit: ({ id, text }) => {
      store.drop(id);
      set({ draft: giveBack(text), outbox: state.outbox.filter((each) => each.id !== id) });
    },
    online: (online) => {
      connect(online ? 'idle' : 'offline');
      if (!online) return;
      stop(); // the stream may be dead
      attach();
      pause.wake();
    },
    front: tabs.front,
    retry: pause.wake,
    seen: (sequence) => {
      if (sequence <= state.seen) return;
      store.set('seen', `${sequence}`);
      state = { ...state, seen: sequence };
    },
    restart: () => clear(),
    erase: async () => {
      if (!(await attempt(api.erase)) && store.chat) return;
      store.entries().forEach(({ id }) => store.drop(id));
      draft();
      clear(true);
    },
    export: () => attempt(api.export),
    judge: async (sequence, value) => {
      const before = state.messages.find((each) => each.sequence === sequence)?.feedback ?? null;
      const now = before === value ? null : value;
      const show = (feedback = now) => set({
        messages: state.messages.map((each) => (each.sequence === sequence ? { ...each, feedback } : each)),
      });
      show();
      if (!(await attempt((chat) => api.judge(chat, sequence, now)))) show(before);
    },
    forget: () => {
      stop();
      store.clear();
    },
    stored: (value) => {
      stop();
      happen({ type: 'cleared', ended: !value });
      resume();
    },
  };
}
