// Launcher, window, menu and field: what is open, where the focus is, what is said in words.
import { makeLog } from './log.js';
import { button, emergencyLine, emergencySentence, h, icon } from './render.js';
import { pinned, statusOf, unread } from './state.js';

/** @param {PanelOptions} options @returns {Panel} */
export function makePanel({ chat, t, lang, region, privacy, onopen, onexit }) {
  const { store } = chat;
  let { draft } = chat.state;
  const text = (key = '') => h('p', { dir: 'auto' }, t(key));

  const news = h('p', { role: 'status' });
  const launcher = button(() => open(true), { class: 'main' }, icon(), t('panel.open'));
  const dock = h('div', { class: 'dock', lang }, news, emergencyLine(region, t), launcher);

  const starters = ['starter1', 'starter2', 'starter3'].map((key) => t(`welcome.${key}`));
  const log = makeLog(chat, t, h('div', { class: 'welcome' },
    text('welcome.hello'), text('welcome.automated'), text('welcome.stored'),
    privacy && h('a', { href: privacy }, t('welcome.privacy')),
    h('ul', { class: 'choices' }, ...starters.map((words) =>
      h('li', {}, button(() => chat.send(words), {}, words))))));

  const resize = () => {
    size.value = dialog.dataset.size = store.get('size') ?? '0';
  };
  const size = h('select', {
    id: 'size',
    change: () => {
      store.set('size', size.value);
      resize();
    },
  }, ...['0', '1', '2'].map((value) => h('option', { value }, t(`menu.size${value}`))));
  const ask = (name = '', act = () => {}) => h('details', {}, h('summary', {}, t(`menu.${name}`)),
    text(`menu.${name}Ask`), button(() => {
      fold();
      act();
      field.focus();
    }, { class: 'strong' }, t(`menu.${name}Yes`)));
  const download = async () => {
    const words = await chat.export();
    if (!words) return;
    const href = URL.createObjectURL(new Blob([words]));
    h('a', { href, download: 'chat.txt' }).click();
    setTimeout(URL.revokeObjectURL, 6e4, href); // it may still be asking where to
  };
  const summary = h('summary', {}, t('menu.menu'));
  const menu = h('details', { class: 'menu' }, summary, h('div', {},
    h('label', { for: 'size' }, t('menu.size')), size,
    ask('restart', chat.restart), button(download, {}, t('menu.download')), ask('erase', chat.erase)));
  const fold = () => {
    const was = menu.open;
    for (const each of [menu, ...menu.querySelectorAll('details')]) each.open = false;
    return was;
  };

  const leaving = (/** @type {Event} */ event) => event.composedPath().includes(menu) || fold();

  const field = h('textarea', {
    id: 'field', rows: 1, dir: 'auto', enterkeyhint: 'send', placeholder: t('composer.placeholder'),
    input: () => chat.draft(field.value),
    keydown: (event) => {
      // 229: it ends a word that is being composed
      if (event.key === 'Enter' && !event.shiftKey && event.keyCode !== 229) say(event);
    },
  });
  field.value = store.get('draft') ?? '';
  const say = (/** @type {Event} */ event) => {
    event.preventDefault();
    const words = field.value.trim();
    field.value = ''; // at once: a second click finds nothing
    chat.draft();
    chat.send(words);
    field.focus();
  };
  const status = h('p', { role: 'status', dir: 'auto' });
  const action = button(() => {
    if (chat.state.ended) chat.restart();
    chat.retry();
    field.focus();
  });

  const title = h('h2', { id: 'title', tabindex: -1 }, t('panel.title'));
  const dialog = h('dialog', {
    lang,
    'aria-labelledby': 'title',
    keydown: (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.preventDefault();
      if (fold()) summary.focus();
      else dialog.close();
    },
    pointerdown: leaving,
    focusin: leaving,
    close: () => {
      // shown again it would be said again
      for (const card of dialog.querySelectorAll('[role=alert]')) card.role = null;
      dock.hidden = false;
      launcher.focus();
      onopen(false);
    },
  },
  emergencyLine(region, t),
  h('header', {}, h('div', {}, title, text('panel.subtitle')),
    button(onexit, {}, t('panel.exit')), menu,
    button(() => dialog.close(), { class: 'icon', 'aria-label': t('panel.close') }, icon('close'))),
  ...log.nodes, h('div', { class: 'status' }, status, action),
  h('form', { submit: say }, h('label', { for: 'field', class: 'sr' }, t('composer.label')), field,
    h('button', { class: 'icon main', 'aria-label': t('composer.send') }, icon('send'))));

  const small = () => matchMedia('(max-width: 480px), (max-height: 480px)').matches;
  const open = (byVisitor = dock.matches(':focus-within')) => {
    dock.hidden = true;
    if (byVisitor && small()) dialog.showModal();
    else dialog.open = true; // show() would take the focus
    onopen(true);
    update();
    // the field would bring up a keyboard on the screen
    if (byVisitor) (matchMedia('(pointer: coarse)').matches ? title : field).focus();
  };

  const write = (/** @type {HTMLElement} */ node, words = '') => {
    if (node.textContent !== words) node.textContent = words;
  };
  const update = () => {
    const { state } = chat;
    const fresh = unread(state);
    // an emergency opens the window, and leaves the focus
    if (!dialog.open && !document.hidden && pinned(state).some((message) => fresh.includes(message))) return open();
    write(news, !dialog.open && fresh.length ? t('panel.unread', { count: fresh.length }) : '');
    if (!dialog.open) return;
    log.update();
    chat.seen(state.messages.at(-1)?.sequence ?? 0);
    if (draft !== state.draft) field.value = state.draft.text;
    ({ draft } = state);
    const said = statusOf(state);
    write(status, said ? `${t(said.key, { reason: said.reason ?? '' })} ${emergencySentence(region, t)}` : '');
    action.hidden = !said?.action;
    write(action, t(said?.action ?? ''));
  };
  resize();
  update();
  return { nodes: [dock, dialog], update, open, small };
}
