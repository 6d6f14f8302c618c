// What is shown, as a pure function of what happened.

/** @type {State} */
export const EMPTY = {
  connection: 'idle', messages: [], outbox: [], slow: [], draft: { text: '' },
  typing: false, ended: false, notice: false, cursor: 0, seen: 0,
};

/** Cards in view, and outcomes that leave them there. */
const PINNED = ['emergency', 'crisis'];
const KEEPS_PIN = [...PINNED, 'eating_disorder', 'safeguard'];

/** @param {State} state @param {Happening} event @returns {State} */
export function reduce(state, event) {
  const { connection, messages, outbox } = state;
  if (event.type === 'message') return withMessage(state, event.message, event.streamed);
  if (event.type === 'set') return { ...state, ...event.set };
  if (event.type === 'entry') {
    const { entry } = event;
    if (messages.some(({ id }) => id === entry.id)) return state;
    const entries = [...outbox.filter(({ id }) => id !== entry.id), entry].sort((one, other) => one.at - other.at);
    return { ...state, ended: false, notice: false, outbox: entries };
  }
  const { draft } = state;
  return { ...EMPTY, connection: connection === 'offline' ? connection : 'idle', ended: event.ended, draft };
}

/** @param {State} state @param {Received} received @returns {State} */
function withMessage(state, received, streamed = false) {
  const { messages, outbox } = state;
  const { reply_to: asked } = received;
  const stored = received.sequence !== null;
  const sequence = received.sequence ?? (asked ?? 0) + 0.5;
  const cursor = streamed && stored ? Math.max(state.cursor, sequence) : state.cursor;
  const known = messages.some((each) => each.sequence === sequence || (!stored && each.reply_to === asked));
  if (known) return { ...state, cursor };
  // the stored answer replaces the passing one
  const passing = messages.find((each) => each.sequence % 1 && each.reply_to === asked);
  const seen = passing?.text === received.text && passing.sequence <= state.seen ? sequence : state.seen;
  return {
    ...state,
    cursor,
    seen,
    messages: [...messages.filter((each) => each !== passing), { ...received, sequence }].sort((one, other) => one.sequence - other.sequence),
    outbox: outbox.filter(({ id }) => id !== received.id),
    notice: false,
  };
}

/** @param {State} state */
export function waiting({ messages, outbox }) {
  const received = messages.filter(({ state, sequence }) =>
    state === 'received' && !messages.some((each) => each.reply_to === sequence));
  return [...received, ...outbox.filter((entry) => !entry.refused)].flatMap(({ id }) => id ?? []);
}

/** @param {State} state @param {Message} message */
export const choicesOpen = ({ messages, outbox }, { sequence }) =>
  !messages.some((each) => each.sender === 'visitor' && each.sequence > sequence)
  && outbox.every((entry) => entry.refused);

/** Those of the last turn, until the talk is about something else. @param {State} state */
export function pinned({ messages }) {
  let pins = /** @type {Message[]} */ ([]);
  const rank = (/** @type {Message} */ { card }) => PINNED.indexOf(card?.kind ?? '');
  for (const message of messages) {
    const pin = rank(message) >= 0;
    if (pin || (message.kind === 'answer' && !KEEPS_PIN.includes(message.outcome ?? ''))) {
      pins = pins.filter((each) => each.reply_to === message.reply_to);
    }
    if (pin) pins.push(message);
  }
  return pins.sort((one, other) => rank(one) - rank(other));
}

/** @param {State} state */
export const unread = ({ messages, seen }) =>
  messages.filter(({ sender, sequence }) => sender === 'assistant' && sequence > seen);

/** The most important only. @param {State} state @returns {Status | null} */
export function statusOf(state) {
  const { connection, ended, notice, outbox, slow } = state;
  if (ended) return { key: 'failure.ended', action: 'menu.restart' };
  if (connection === 'offline') return { key: 'failure.offline' };
  if (notice) return { key: 'failure.notice' };
  if (connection === 'reconnecting') return { key: 'failure.reconnecting' };
  const reason = outbox.map(({ late = '' }) => late).find(Boolean);
  if (reason?.trim()) return { key: 'failure.wait', reason };
  if (reason || connection === 'failed') return { key: 'failure.failed', action: 'failure.retry' };
  return waiting(state).some((id) => slow.includes(id)) ? { key: 'failure.slow' } : null;
}
