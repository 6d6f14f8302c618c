// The look. A constructed sheet needs no 'unsafe-inline'.

// text on its ground has at least 4.5:1 (WCAG AA), the edge of a control 3:1
const LIGHT = `--ground: #fff; --soft: #f1f6f6; --text: #15272a; --muted: #4a6064; --line: #cfdddf; --edge: #68848a;
  --accent: #0b6b6f; --on: #fff; --sos: #fdeceb; --on-sos: #8a0f17; color-scheme: light;`;
const DARK = `--ground: #152124; --soft: #0e1719; --text: #e7f0f1; --muted: #a8bcc0; --line: #2d4145; --edge: #7f9ba0;
  --accent: #6fd0ca; --on: #05292b; --sos: #40171a; --on-sos: #ffd9d7; color-scheme: dark;`;

const LOOK = `
:host { all: initial; ${LIGHT} --alarm: #b3121d; }
:host([theme=dark]) { ${DARK} }
@media (prefers-color-scheme: dark) { :host(:not([theme=light])) { ${DARK} } }
@media print { :host { display: none; } }
* { box-sizing: border-box; margin: 0; padding: 0; font: inherit; color: inherit; }
[hidden] { display: none !important; }
.dock, dialog {
  position: fixed; z-index: 2147483000; inset: auto; inset-block-end: 16px; inset-inline-end: 16px;
  font: max(1rem, 16px)/1.5 system-ui, sans-serif; color: var(--text); overflow-wrap: anywhere;
}
:host([position=left]) :is(.dock, dialog) { inset-inline: auto; left: 16px; }
:host([position=right]) :is(.dock, dialog) { inset-inline: auto; right: 16px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h2, h3, b, caption, .number, .main, .choices button, .sos a, .calls a { font-weight: 600; }

button, summary, select, textarea, .calls a {
  min-height: 44px; min-width: 44px; padding: 8px 14px; border: 1px solid var(--edge); border-radius: 22px;
  background: var(--ground); text-align: start;
}
button, summary, .calls, .sos, :is(.calls, .sos, .welcome) a { display: flex; align-items: center; gap: 8px; }
.icon, .sos a, td button { justify-content: center; }
.icon { padding: 0; border-color: transparent; background: none; }
.main { border-color: transparent; background: var(--accent); color: var(--on); }
.strong, h3, .number, .calls, .dock [role] { background: var(--alarm); color: #fff; }

.dock { display: grid; justify-items: end; gap: 8px; max-width: calc(100vw - 32px); }
.dock .main { min-height: 56px; padding-inline: 22px; border-radius: 28px; }
dialog, .menu div, .dock > :not(:empty) { box-shadow: 0 4px 24px #0004; }
.dock p { padding: 0 16px; border-radius: 22px; }
.sos { padding: 0 12px; background: var(--sos); color: var(--on-sos); font-size: .85em; }
.sos span { display: flex; flex-wrap: wrap; align-items: center; gap: 0 2px; white-space: normal; }
:is(.sos, .welcome) a { min-height: 44px; min-width: 44px; }

dialog {
  width: min(420px, 100vw - 32px); height: min(720px, 100dvh - 32px); max-width: none; max-height: none;
  border: 1px solid var(--line); border-radius: 20px; background: var(--ground); overflow: hidden auto;
  container: box / size;
}
dialog[open] { display: flex; flex-direction: column; }
dialog > * { flex: none; }
[data-size="1"] { font-size: max(1.25rem, 20px); }
[data-size="2"] { font-size: max(1.5rem, 24px); }
header {
  position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 4px;
  padding: 8px; padding-inline-start: 16px;
}
header > div { flex: 1 0 6em; line-height: 1.3; }
header > *, .menu > summary { padding: 8px 10px; }
header > * { font-size: .875em; }
header > :is(div, details) { padding: 0; }
h2 { font-size: 1.1em; }
:is(header, .welcome, .me, .foot) p { color: var(--muted); font-size: .875em; }
.menu div {
  position: absolute; z-index: 3; inset: 100% 8px auto; display: grid; gap: 8px; padding: 16px;
  border: 1px solid var(--edge); border-radius: 20px; background: var(--ground);
}
.menu p { padding: 8px; }
form { display: flex; align-items: end; gap: 8px; padding: 8px; border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; max-height: 8em; resize: none; field-sizing: content; }
::placeholder { color: var(--muted); opacity: 1; }
.status { padding-inline: 16px; background: var(--sos); color: var(--on-sos); }
.status > :not(:empty) { margin-block: 8px; }
.status button { color: var(--text); }

.log { position: relative; flex: 1 0 8em; overflow: hidden auto; padding: 16px; background: var(--soft); }
:is(.bubble, .card, .welcome) > * + *, .log > * { margin-block-start: 8px; }
.bubble {
  width: fit-content; max-width: 100%; overflow-x: auto; padding: 10px 14px;
  border: 1px solid var(--line); border-radius: 18px; background: var(--ground);
}
p { white-space: pre-wrap; }
.failure { border-inline-start: 4px solid var(--alarm); }
.log > .me { display: grid; justify-items: end; margin: 16px 0; padding-inline-start: 12%; scroll-margin: 8px; }
.me .bubble { background: var(--accent); color: var(--on); font-size: 1em; }
.log > .foot { display: flex; align-items: center; margin: 0; padding: 4px; }
.foot p { flex: 1; }
.foot:has(+ .bubble) .icon { display: none; }
.foot svg { width: 20px; color: var(--muted); }
.down svg { rotate: 180deg; }
[aria-pressed=true] { border: 3px solid var(--accent); }
:is(ul, ol):not(.choices) { padding-inline-start: 1.4em; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; list-style: none; }
.choices button { border-color: var(--accent); color: var(--accent); }
.choices [aria-disabled=true] { border: 1px dashed var(--edge); color: var(--muted); }
.started .choices { display: none; }
.welcome p:first-child { font-size: 1em; color: var(--text); }
table { width: 100%; border-collapse: collapse; font-size: .95em; overflow-wrap: normal; }
th, td { padding: 4px 0; padding-inline-end: 6px; border-block-end: 1px solid var(--line); text-align: start; }
caption { text-align: start; }
[scope=col] { color: var(--muted); }
td button { padding: 4px 8px; }

.pin { flex: 0 1 auto; min-height: 12em; overflow: hidden auto; border-block-end: 1px solid var(--line); }
.pin:empty { display: none; }
.pin > * { margin: 8px; }
.card { overflow: hidden; padding-block-end: 12px; border: 2px solid var(--alarm); border-radius: 16px; }
.crisis { --alarm: #3a4795; }
.card > * { padding-inline: 14px; }
.card > :is(h3, .number, .calls) { margin: 0; padding-block: 8px 0; }
.number { font-size: 1.7em; line-height: 1.2; }
.crisis .number { font-size: 1.1em; }
.card > .calls { flex-wrap: wrap; padding-block-end: 12px; }
.calls a { background: #fff; color: var(--alarm); text-decoration: none; }
.calls :focus-visible { outline-color: #fff; }

@media (max-width: 480px), (max-height: 480px) {
  :host dialog, :host([position]) dialog {
    inset: var(--top, 0) 0 auto; width: 100%; height: var(--height, 100dvh); border: 0; border-radius: 0;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
  }
}
/* very low, as at 400% zoom or above a keyboard: one thing scrolls, the emergency line and the field stay */
@container box (max-height: 460px) {
  .pin, .log { flex: none; overflow: visible; }
  .pin, .log > .me { scroll-margin: 60px; }
  .sos, form { position: sticky; inset-block: 0; z-index: 2; }
  form { background: var(--ground); }
}
`;

/** `place` is told what a keyboard leaves of the screen, in pixels. */
export function makeSheets() {
  const all = [new CSSStyleSheet(), new CSSStyleSheet()];
  all[0]?.replaceSync(LOOK);
  const place = (top = 0, height = 0) => all[1]?.replaceSync(`:host { --top: ${top}px; --height: ${height}px; }`);
  return { all, place };
}
