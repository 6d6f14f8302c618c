import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aroundPlan, parse, safeLink } from '../../widget/render.js';
import { seeded } from './fakes.js';

/** What is shown. */
const shown = (nodes) => nodes.map(({ text, bold }) => (bold ? shown(bold) : text)).join('');
/** The text that nodes stand for, markers included. */
const source = (nodes) => nodes.map(({ text, bold, raw }) => (bold ? `**${source(bold)}**` : raw ?? text)).join('');
const links = (nodes) => nodes.flatMap(({ bold, href }) => (bold ? links(bold) : href ?? []));
const nodesOf = (block) => block.nodes ?? block.items.flatMap(({ nodes }) => nodes);
const first = (text) => parse(text)[0].nodes;

test('lines become paragraphs, and lists by their markers', () => {
  const blocks = parse('Call if:\n- you fell\n- it is hot\n\n1. first\n2. second\n• point\nend');
  assert.deepEqual(blocks.map(({ ordered, items, nodes }) => (items ? `${ordered}${items.length}` : shown(nodes))),
    ['Call if:', 'false2', 'true2', 'false1', 'end']);
});

test('what only looks like a list stays text', () => {
  for (const text of ['-5 degrees', '2024. A year', '0. zero', '- ', '1.5 km', ' - indented']) {
    assert.equal(shown(first(text)), text);
  }
});

test('bold, and stars that are none', () => {
  assert.equal(first('a **very** b')[1].bold[0].text, 'very');
  for (const text of ['2 ** 3 ** 4', '**open', '*', '****', '** a **', 'a*b*c']) assert.equal(shown(first(text)), text);
});

test('links: https, mail and telephone, as they are or with a title', () => {
  const text = 'see https://example.org/a_(b)?c=1. Or (https://example.org), help@example.org, tel:+44123!';
  assert.deepEqual(links(first(text)),
    ['https://example.org/a_(b)?c=1', 'https://example.org/', 'mailto:help@example.org', 'tel:+44123']);
  assert.equal(shown(first('[NHS](https://www.nhs.uk/x) says')), 'NHS says');
  assert.deepEqual(links(first('**[NHS](https://www.nhs.uk/x)**')), ['https://www.nhs.uk/x']);
});

test('no other address is ever a link', () => {
  const bad = [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', ' javascript:alert(1)', 'vbscript:x',
    'data:text/html,x', 'http://example.org', 'file:///etc/passwd', '//example.org',
    'https://user:pass@example.org', 'https://bank.example@evil.example',
    'blob:https://example.org/x', 'view-source:https://x', '/relative', '#x', '', 'https://', 'about:blank',
  ];
  for (const address of bad) {
    assert.equal(safeLink(address), '', address);
    const text = `[press](${address})`;
    assert.equal(shown(first(text)), text);
    assert.deepEqual(links(first(text)).filter((href) => !href.startsWith('mailto:')), []);
  }
});

test('no character is lost, whatever the text; no link is anything but https, mailto and tel', () => {
  const random = seeded(20261126);
  const pieces = [
    '**', '*', '[', ']', '(', ')', '](', '- ', '• ', '1. ', '12. ', '\n', '\n\n', '\r\n', ' ', 'a', 'ß', '漢', '🦴',
    'https://example.org/x', 'javascript:alert(1)', 'mailto:a@b.co', 'tel:112', 'a@b.co', ':', '.', ',', '\\', '_', '`',
    '<b>', '&amp;', '"', '#', '\t',
    '[x](https://example.org)', '[x](javascript:alert(1))', '**bold**', '\u202e', '\u0000', 'http://x.y', '@', '//',
  ];
  for (let round = 0; round < 20_000; round += 1) {
    const piece = () => pieces[Math.floor(random() * pieces.length)];
    const text = Array.from({ length: Math.floor(random() * 14) }, piece).join('');
    const blocks = parse(text);
    const back = blocks.flatMap(({ nodes, items }) =>
      (nodes ? source(nodes) : items.map((item) => item.marker + source(item.nodes))));
    assert.deepEqual(back, text.split(/\r?\n/).filter((line) => line.trim()), JSON.stringify(text));
    for (const href of blocks.flatMap((block) => links(nodesOf(block)))) assert.match(href, /^(https|mailto|tel):/);
  }
});

test('long texts without end take no time', () => {
  const began = performance.now();
  const pieces = ['*', '**a', '[', '[a](', 'a@', 'a.', '- ', 'https://', '1. '];
  for (const piece of pieces) parse(piece.repeat(4000 / piece.length));
  assert.ok(performance.now() - began < 2000);
});

const exercise = (name) => ({ name, sets: '2', reps: '8–12', each_side: false, how: 'c2-4' });
const PLAN = {
  kind: 'plan',
  sessions: [
    { name: 'A', weekdays: ['Mon'], exercises: [exercise('Squat'), exercise('Hip thrust')] },
    { name: 'B', weekdays: ['Tue'], exercises: [exercise('Glute bridge')] },
  ],
};
const LINES = `Your plan, on 2 days a week:
A (Mon)
• Squat: 2 × 8–12
• Hip thrust: 2 × 8–12
B (Tue)
• Glute bridge: 2 × 8–12
Rest 60 seconds.`;

test('the table stands in the place of the lines that say the same', () => {
  assert.deepEqual(aroundPlan(LINES, PLAN), ['Your plan, on 2 days a week:\n', 'Rest 60 seconds.']);
});

test('a text that does not match its table, or has none, is kept whole', () => {
  const other = LINES.replace('Squat', 'Lunge');
  const longer = `${LINES}\n• Stop at sharp pain`;
  assert.deepEqual(aroundPlan(other, PLAN), [other]);
  assert.deepEqual(aroundPlan(longer, PLAN), [longer]);
  assert.deepEqual(aroundPlan('One sentence.', PLAN), ['One sentence.']);
  assert.deepEqual(aroundPlan(LINES, null), [LINES]);
  assert.deepEqual(aroundPlan('Text.', null), ['Text.']);
});
