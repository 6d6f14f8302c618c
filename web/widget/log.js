// The conversation, and what is pinned above it. Each message is made once: what is made again would be said again.
import { button, content, h, icon } from './render.js';
import { choicesOpen, pinned } from './state.js';

const SILENT = { 'aria-live': 'off' };

/** @param {Chat} chat @param {Translate} t @param {HTMLElement} welcome */
export function makeLog(chat, t, welcome) {
  const shown = new Map();
  const pin = h('div', { class: 'pin' });
  const typing = h('p', { class: 'typing', ...SILENT }, t('log.typing'));
  const log = h('div', {
    class: 'log', role: 'log', tabindex: 0, 'aria-live': 'polite', 'aria-label': t('log.label'),
  }, welcome, typing);

  /** @returns {Row} */
  const own = () => {
    const bubble = h('p', { class: 'bubble', dir: 'auto' });
    const note = h('p');
    return {
      nodes: [h('div', { class: 'me', ...SILENT }, h('span', { class: 'sr' }, t('log.you')), bubble, note)],
      update: (row) => {
        const { late, refused: reason = '' } = 'at' in row ? row : {};
        const words = 'at' in row ? t(`entry.${reason ? 'refused' : late ? 'late' : 'sending'}`, { reason }) : '';
        if (bubble.textContent !== row.text) bubble.textContent = row.text;
        if (words === note.firstChild?.textContent) return;
        note.replaceChildren(words, ...(reason ? [button(() => chat.edit(row), {}, t('entry.edit'))] : []));
      },
    };
  };

  /** @param {Message} message @returns {Row} */
  const answer = (message, inPin = false) => {
    const { card, kind, sequence, source } = message;
    const fresh = sequence > chat.state.seen;
    const alarm = card?.tel;
    const thumbs = ['up', 'down'].map((value) => button(() => chat.judge(sequence, value), {
      class: `icon ${value}`, 'aria-label': t(`log.${value}`),
    }, icon('thumb')));
    const node = h('div', {
      class: alarm ? `card ${card.kind}` : `bubble ${kind}`,
      lang: 'en',
      ...(!fresh || (alarm && !inPin) ? SILENT : inPin ? { role: 'alert' } : {}),
    }, ...content(message, t, chat.send));
    const foot = h('div', { class: 'foot', lang: 'en', ...SILENT },
      source && h('p', { dir: 'auto' }, t('log.source', { source })),
      ...(kind === 'answer' && !alarm ? thumbs : []));
    return {
      nodes: [node, foot],
      update: (row) => {
        // `disabled` would take the focus away
        const open = choicesOpen(chat.state, message);
        for (const choice of node.querySelectorAll('.choices button')) choice.ariaDisabled = `${!open}`;
        thumbs.forEach((thumb, at) => {
          thumb.ariaPressed = `${'feedback' in row && row.feedback === ['up', 'down'][at]}`;
        });
      },
    };
  };

  const update = () => {
    const { messages, outbox, typing: writing } = chat.state;
    const pins = pinned(chat.state);
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 99;
    const kept = new Set();
    let [grown, alarmed] = [false, false];
    const show = (/** @type {(Message | Entry)[]} */ rows, parent = log, place = parent.firstElementChild) => {
      for (const row of rows) {
        const message = 'sender' in row && row.sender === 'assistant' && row;
        const key = message ? parent.className + row.sequence : row.id ?? '';
        let view = shown.get(key);
        if (!view) {
          view = message ? answer(message, parent === pin) : own();
          shown.set(key, view);
          grown ||= near || !message;
          alarmed ||= parent === pin;
        }
        kept.add(key);
        view.update(row);
        for (const node of view.nodes) {
          if (node === place) place = node.nextElementSibling;
          else parent.insertBefore(node, place);
        }
      }
    };
    show(pins, pin);
    show([...messages.filter((message) => !pins.includes(message)), ...outbox], log, welcome.nextElementSibling);
    for (const [key, { nodes }] of shown) {
      if (kept.has(key)) continue;
      for (const node of nodes) node.remove();
      shown.delete(key);
    }
    typing.hidden = !writing;
    welcome.classList.toggle('started', kept.size > 0);
    if (grown) [...log.querySelectorAll('.me')].at(-1)?.scrollIntoView();
    if (alarmed) pin.scrollIntoView();
  };
  return { nodes: [pin, log], update };
}
