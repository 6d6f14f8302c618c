// What tabs share: storage, and one stream.

/** @returns {Store} */
export function makeStore(name = '', area = () => localStorage) {
  const prefix = `hip-chat:${name}:`;
  const memory = Object.create(null);
  let kept = memory;
  try {
    kept = area() ?? memory;
  } catch {
    // forbidden: the tab remembers by itself
  }
  /** @type {Store["get"]} */
  const get = (key) => memory[prefix + key] ?? kept[prefix + key] ?? null;
  /** @type {Store["set"]} */
  const set = (key, value = null) => {
    delete memory[prefix + key];
    if (value === null) return void delete kept[prefix + key];
    try {
      kept[prefix + key] = value;
    } catch {
      memory[prefix + key] = value; // full: the same
    }
  };
  const keys = (start = '') => Object.keys({ ...kept, ...memory })
    .filter((key) => key.startsWith(prefix + start)).map((key) => key.slice(prefix.length));
  const parsed = (key = '') => {
    try {
      return JSON.parse(get(key) ?? 'null');
    } catch {
      return null;
    }
  };
  return {
    get,
    set,
    get chat() {
      return parsed('chat');
    },
    set chat(chat) {
      set('chat', chat && JSON.stringify(chat));
      set('seen');
    },
    entries: () => keys('entry:').flatMap((key) => parsed(key) ?? []).sort((one, other) => one.at - other.at),
    keep: (entry) => set(`entry:${entry.id}`, JSON.stringify(entry)),
    drop: (id) => set(`entry:${id}`),
    clear: () => keys().forEach((key) => set(key)),
    listener: (heard) => ({ key, newValue }) => {
      if (!key || key === `${prefix}chat`) heard(newValue);
    },
  };
}

/** Without locks (on plain http) every tab reads its own stream. @returns {Tabs} */
export function makeTabs(locks = navigator.locks, Channel = BroadcastChannel) {
  let name = '';
  let place = new AbortController();
  let led = new AbortController();
  /** @type {BroadcastChannel | undefined} */ let channel;
  /** @type {Parameters<Tabs["join"]>[1]} */ let lead;
  /** @type {Parameters<Tabs["join"]>[2]} */ let hear;
  const leading = () => led === place && !place.signal.aborted;

  const queue = async (steal = false) => {
    place.abort();
    const mine = place = new AbortController();
    const { signal } = mine;
    const run = async () => {
      led = mine;
      if (!signal.aborted) await lead(signal);
    };
    try {
      await (locks ? locks.request(name, steal ? { steal } : { signal }, run) : run());
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'AbortError') throw error;
      if (!signal.aborted) void queue(); // another tab took the lead
    }
  };
  const leave = () => {
    place.abort();
    channel?.close();
    name = '';
  };
  return {
    leading,
    leave,
    join: (...given) => {
      leave();
      [name, lead, hear] = given;
      if (locks) {
        channel = new Channel(name);
        channel.onmessage = ({ data }) => hear(data);
      }
      void queue();
    },
    tell: (news) => {
      if (locks) channel?.postMessage(news);
      hear(news);
    },
    // hidden tabs are put to sleep
    front: () => {
      if (name && !leading()) void queue(true);
    },
    // for a moment longer: other tabs read the storage late
    alone: (what, work) => (locks ? new Promise((resolve, reject) => void locks.request(what, async () => {
      await work().then(resolve, reject);
      await new Promise((done) => setTimeout(done, 99));
    })) : work()),
  };
}
