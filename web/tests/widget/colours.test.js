import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const styles = readFileSync(new URL('../../widget/styles.js', import.meta.url), 'utf8');

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour) {
  const digits = colour.slice(1);
  const parts = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  const [red, green, blue] = parts.map((part) => parseInt(part, 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT = [
  ['text', 'ground'], ['text', 'soft'], ['muted', 'ground'], ['muted', 'soft'],
  ['accent', 'ground'], ['accent', 'soft'], ['on', 'accent'], ['on-sos', 'sos'],
];
const EDGES = [['edge', 'ground'], ['edge', 'soft'], ['accent', 'ground'], ['accent', 'soft']];
const alarms = [...styles.matchAll(/--alarm: (#\w+)/g)].map(([, colour]) => colour);

for (const theme of ['LIGHT', 'DARK']) {
  const [, block] = styles.match(new RegExp(`const ${theme} = \`([^\`]+)\``));
  const colours = Object.fromEntries([...block.matchAll(/--([\w-]+): (#\w+)/g)].map((found) => found.slice(1)));

  test(`${theme.toLowerCase()}: text can be read on its ground`, () => {
    for (const [text, ground] of TEXT) {
      const ratio = contrast(colours[text], colours[ground]);
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
    }
    for (const alarm of alarms) assert.ok(contrast('#fff', alarm) >= 4.5, alarm);
  });

  test(`${theme.toLowerCase()}: edges of controls and the focus can be seen`, () => {
    for (const [edge, ground] of EDGES) {
      const ratio = contrast(colours[edge], colours[ground]);
      assert.ok(ratio >= 3, `${edge} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });
}
