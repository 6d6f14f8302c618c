// <hip-chat>; its attributes are in types.d.ts.
import { makeChat } from './chat.js';
import { backoff, makeApi, makePause } from './net.js';
import { makePanel } from './panel.js';
import { BUILT_IN, emergencyLine, h, translator } from './render.js';
import { makeStore, makeTabs } from './shared.js';
import { makeSheets } from './styles.js';

const HERE = import.meta.url;

customElements.define('hip-chat', class extends HTMLElement {
  #end = new AbortController();

  connectedCallback() {
    const { signal } = this.#end = new AbortController();
    const attribute = (name = '') => this.getAttribute(name) ?? '';
    const server = new URL(attribute('server') || HERE, HERE).origin;
    const locale = attribute('locale') || this.closest('[lang]')?.getAttribute('lang') || '';
    const [lang = 'en'] = /^[a-z]{2,3}(?![a-z])/.exec(locale.toLowerCase()) ?? [];
    const [region = ''] = /^[A-Z]{2}$/.exec(attribute('region').toUpperCase()) ?? [];
    const store = makeStore(server);
    const session = makeStore(server, () => sessionStorage);
    const pause = makePause();
    const { all, place } = makeSheets();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = all;
    const trouble = h('p', { role: 'status' });
    root.replaceChildren(h('div', { class: 'dock' }, emergencyLine(region, translator(BUILT_IN)), trouble));

    /** @type {Panel | undefined} */ let panel;
    let due = false;
    const chat = makeChat({
      api: makeApi(server),
      store,
      tabs: makeTabs(),
      region: region || null,
      locale: lang,
      onchange: () => {
        if (!due) queueMicrotask(() => {
          due = false;
          panel?.update();
        });
        due = true;
      },
    });

    const page = (name = '') => {
      const { href, protocol } = h('a', { href: attribute(name) });
      return attribute(name) && /^http/.test(protocol) ? href : '';
    };
    const strings = async (language = 'en') => {
      const response = await fetch(new URL(`strings/${language}.json`, HERE));
      if (!response.ok) throw new Error(`No ${response.url}`);
      return response.json();
    };
    const load = async (attempt = 0) => {
      try {
        const english = await strings();
        const own = lang !== 'en' && await strings(lang).catch(() => null);
        if (signal.aborted) return;
        panel = makePanel({
          chat,
          t: translator(own || {}, english),
          lang: own ? lang : 'en',
          region,
          privacy: page('privacy'),
          onopen: (open) => {
            session.set('open', open ? '1' : null);
          },
          onexit: () => {
            root.replaceChildren();
            this.#end.abort();
            chat.forget();
            session.clear();
            location.replace(page('exit') || 'about:blank');
          },
        });
        root.replaceChildren(...panel.nodes);
        if (session.get('open') && !panel.small()) panel.open();
        chat.start(); // an emergency reply may have come meanwhile
      } catch (error) {
        console.warn(error);
        trouble.textContent = translator(BUILT_IN)('failure.load');
        await pause.wait(backoff(attempt));
        if (!signal.aborted) await load(attempt + 1);
      }
    };
    void load();

    const online = () => {
      pause.wake();
      chat.online(navigator.onLine);
    };
    const view = visualViewport;
    signal.onabort = chat.stop;
    window.addEventListener('storage', store.listener(chat.stored), { signal });
    window.addEventListener('online', online, { signal });
    window.addEventListener('offline', online, { signal });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      chat.front();
      panel?.update();
    }, { signal });
    // a keyboard on the screen, not a zoom with two fingers
    view?.addEventListener('resize', () => view.scale < 1.01 && place(view.offsetTop, view.height), { signal });
    if (!navigator.onLine) online();
  }

  disconnectedCallback() {
    this.#end.abort();
  }
});
