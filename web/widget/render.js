// Nodes, made by textContent and attributes alone: text never becomes HTML.
import { REGIONS, UNKNOWN } from './numbers.js';

/** Needs no network; as in strings/en.json. @type {Table} */
export const BUILT_IN = {
  emergency: { bar: 'Emergency?', or: 'or', local: 'or your local number' },
  failure: { load: 'The chat cannot be loaded. It keeps trying.' },
};

/** @param {Table[]} tables @returns {Translate} */
export const translator = (...tables) => (key, values = {}) => {
  const [group = '', name = ''] = key.split('.');
  const text = tables.map((table) => table[group]?.[name]).find(Boolean) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, value) => `${values[value] ?? whole}`);
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} props
 * @param {...(Node | string | null | false)} children
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, `${value}`);
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}

/** A double click is one. @param {() => void} click @param {(Node | string)[]} inside */
export const button = (click, props = {}, ...inside) => h('button', {
  type: 'button',
  dir: 'auto',
  ...props,
  click: ({ detail, currentTarget }) => detail < 2 && currentTarget.ariaDisabled !== 'true' && click(),
}, ...inside);

const ICONS = {
  chat: 'M4 5h16v12h-9l-5 4v-4H4zM8 9h8M8 13h5',
  close: 'M6 6l12 12M18 6L6 18',
  phone: 'M6 4h4l1 5-2 1a10 10 0 0 0 5 5l1-2 5 1v4a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2z',
  send: 'M4 11L20 4l-7 16-2-7z',
  thumb: 'M7 11v9H4v-9zM7 11l4-7q3 0 2 6h7l-2 10H7',
};

export function icon(name = /** @type {keyof typeof ICONS} */ ('chat')) {
  const make = (tag = '') => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const [svg, path] = [make('svg'), make('path')];
  path.setAttribute('d', ICONS[name]);
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  return svg;
}

const INLINE = new RegExp([
  /\*\*(?=\S)([^*]*[^*\s])\*\*/, /\[([^[\]]+)]\(([^()\s]+)\)/,
  /(\b(?:https:|mailto:|tel:\+?\d)[^\s<>"]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/,
].map(({ source }) => source).join('|'), 'g');

export function safeLink(address = '') {
  try {
    const { href, password, protocol, username } = new URL(address);
    return /^(https|mailto|tel):$/.test(protocol) && !username && !password ? href : '';
  } catch {
    return '';
  }
}

/** What is not recognised is text: no character is lost. @returns {Block[]} */
export function parse(text = '') {
  const blocks = /** @type {Block[]} */ ([]);
  for (const line of text.split(/\r?\n/)) {
    const [marker = ''] = /^([-*•]|[1-9]\d{0,2}\.) (?=.*\S)/.exec(line) ?? [];
    const nodes = inline(line.slice(marker.length));
    const last = blocks.at(-1);
    const ordered = /\d/.test(marker);
    if (marker && last?.items && last.ordered === ordered) last.items.push({ marker, nodes });
    else if (marker) blocks.push({ ordered, items: [{ marker, nodes }] });
    else if (line.trim()) blocks.push({ nodes });
  }
  return blocks;
}

/** @returns {Inline[]} */
function inline(text = '') {
  const nodes = /** @type {Inline[]} */ ([]);
  let end = 0;
  for (const { 0: whole, 1: bold, 2: title, 3: target, 4: bare = '', index } of text.matchAll(INLINE)) {
    const shown = title ?? bare.replace(/[.,;:!?'")\]}’”»]+$/, '');
    const raw = title || bold ? whole : shown;
    const href = safeLink(target ?? (/^\w+:/.test(shown) ? shown : `mailto:${shown}`));
    if (!bold && !href) continue;
    nodes.push({ text: text.slice(end, index) }, bold ? { text: '', bold: inline(bold) } : { text: shown, href, raw });
    end = index + raw.length;
  }
  return [...nodes, { text: text.slice(end) }];
}

/** @param {Inline[]} nodes @returns {(Node | string)[]} */
const inlines = (nodes) => nodes.map(({ bold, href, text }) =>
  (bold ? h('b', {}, ...inlines(bold)) : href ? h('a', { href, rel: 'noreferrer' }, text) : text));

/** @param {Block} block */
const block = ({ items, nodes = [], ordered }) => (items
  ? h(ordered ? 'ol' : 'ul', { dir: 'auto' }, ...items.map((item) =>
    h('li', { value: ordered && parseInt(item.marker, 10) }, ...inlines(item.nodes))))
  : h('p', { dir: 'auto' }, ...inlines(nodes)));

/** Emergency numbers, as text. */
export const numberOf = (region = '') =>
  Object.entries(REGIONS).find(([, codes]) => codes.split(' ').includes(region))?.[0] ?? UNKNOWN;

/** @param {Translate} t */
const local = (region = '', t) => (numberOf(region) === UNKNOWN ? '' : ` ${t('emergency.local')}`);

/** @param {Translate} t */
export const emergencySentence = (region = '', t) =>
  t('emergency.sentence', { number: numberOf(region) + local(region, t) });

/** @param {Translate} t */
export const emergencyLine = (region = '', t) => h('p', { class: 'sos', dir: 'auto' }, icon('phone'), h('span', {},
  t('emergency.bar'),
  ...(numberOf(region).match(/\d+/g) ?? []).flatMap((tel, index) => [
    index ? ` ${t('emergency.or')} ` : ' ', h('a', { href: `tel:${tel}` }, tel),
  ]), local(region, t)));

/** Without the lines that a plan's table repeats. @param {Card | null} card */
export function aroundPlan(text = '', card = null) {
  const exercises = (card?.sessions ?? []).flatMap((session) => session.exercises);
  const bullets = text.match(/^• .*/gm) ?? [];
  const same = exercises.length === bullets.length && exercises.every(({ name }, at) => bullets[at]?.includes(name));
  return same ? text.split(/(?:^.+\n(?:• .*\n?)+)+/m) : [text];
}

/** @param {Message} message @param {Translate} t @param {Choose} choose */
export function content({ card, choices, text }, t, choose) {
  const [before, after] = aroundPlan(text, card);
  const { emergency_number: number = '', crisis_line: line = '' } = card?.numbers ?? {};
  const crisis = card?.kind === 'crisis';
  const call = (tel = '') => h('a', { href: `tel:${tel}` }, icon('phone'), t('emergency.call', { number: tel }));
  return [
    ...(card?.tel ? [
      h('h3', { dir: 'auto' }, card.heading ?? ''),
      h('p', { class: 'number', dir: 'auto' }, crisis ? line : number),
      h('p', { class: 'calls' }, ...(card.crisis_tel ?? []).map(call), crisis && t('emergency.danger'), ...card.tel.map(call)),
    ] : []),
    ...parse(before).map(block),
    ...(card?.sessions ?? []).map(({ name, weekdays, exercises }) => h('table', {},
      h('caption', {}, t('plan.session', { name, days: weekdays.join(', ') })),
      h('tr', {}, ...['exercise', 'sets', 'reps', 'how'].map((key) => h('th', { scope: 'col' }, t(`plan.${key}`)))),
      ...exercises.map(({ name: exercise, sets, reps, each_side: side, how }) => h('tr', {},
        h('th', { scope: 'row' }, exercise),
        ...[sets, side ? t('plan.side', { reps }) : reps, button(() => choose(t('plan.ask', { exercise }), how), {
          'aria-label': t('plan.ask', { exercise }),
        }, t('plan.how'))].map((cell) => h('td', {}, cell)))))),
    ...parse(after).map(block),
    choices.length > 0 && h('ul', { class: 'choices' }, ...choices.map(({ id, title }) =>
      h('li', {}, button(() => choose(title, id), {}, title)))),
  ];
}
