// The gateway over HTTP. The stream comes by fetch: EventSource sends no token.

/** @returns {Api} */
export function makeApi(server = '', fetcher = fetch) {
  const call = async (
    chat = { id: '', token: '' }, method = 'GET', path = '', body = {}, after = 0, signal = AbortSignal.timeout(2e4),
  ) => {
    const response = await fetcher(`${server}/api/conversations${chat.id && `/${chat.id}`}${path}`, {
      method,
      signal,
      body: method[0] === 'P' ? JSON.stringify(body) : null,
      headers: {
        Authorization: `Bearer ${chat.token}`, 'Content-Type': 'application/json', 'Last-Event-ID': `${after}`,
      },
      credentials: 'omit',
      cache: 'no-store',
    });
    const { headers, ok, status } = response;
    if (ok) return response;
    const { error } = await response.json().catch(() => ({}));
    throw Object.assign(new Error(error?.message || `HTTP ${status}`), {
      wait: Number(headers.get('Retry-After')) * 1000,
      gone: !!chat.id && [401, 404, 410].includes(status),
      final: status < 500 && ![408, 429].includes(status),
    });
  };
  return {
    begin: async (region, locale) => (await call(undefined, 'POST', '', { region, locale })).json(),
    say: async (chat, { id, text, choice }) =>
      (await call(chat, 'POST', '/messages', choice ? { id, choice } : { id, text })).json(),
    messages: async (chat, after) => (await (await call(chat, 'GET', `/messages?after=${after}`)).json()).messages,
    events: (chat, after, signal) => call(chat, 'GET', '/events', {}, after, signal),
    judge: (chat, sequence, value) => call(chat, 'PUT', `/messages/${sequence}/feedback`, { value }),
    export: async (chat) => (await call(chat, 'GET', '/export')).text(),
    erase: (chat) => call(chat, 'DELETE'),
  };
}

/** Random, so that clients do not come back together. */
export const backoff = (attempt = 0, random = Math.random) => Math.min(3e4, 1000 * 2 ** attempt) * (0.5 + random() / 2);

/** @returns {Pause} */
export function makePause() {
  const wakers = new Set();
  return {
    wait: (milliseconds) => new Promise((resolve) => {
      wakers.add(resolve);
      setTimeout(resolve, milliseconds);
    }),
    wake: () => {
      wakers.forEach((wake) => wake());
      wakers.clear();
    },
  };
}

/** @param {(event: ServerEvent) => void} report */
export function sseParser(report) {
  const decoder = new TextDecoder();
  let [rest, id, event, data] = ['', '', '', ''];
  return (/** @type {Uint8Array} */ bytes) => {
    // a CR at the very end may be half of a CRLF
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'data') data += `\n${value}`;
      if (field === 'event') event = value;
      if (field === 'id' && !value.includes('\0')) id = value;
      if (line) continue;
      if (data) report({ event: event || 'message', data: data.slice(1), id });
      event = data = '';
    }
  };
}

/** @param {Follow} options */
export async function follow({ open, signal, onevent, onconnection, ongone, pause, silence = 4e4 }) {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.onabort = end;
    let timer = setTimeout(end, silence);
    let refusal;
    try {
      const push = sseParser(onevent);
      const reader = (await open(stop.signal)).body?.getReader();
      onconnection('live');
      for (let part; (part = await reader?.read())?.value;) {
        attempt = 0;
        clearTimeout(timer);
        timer = setTimeout(end, silence);
        push(part.value);
      }
    } catch (error) {
      refusal = /** @type {Refusal} */ (error);
    }
    clearTimeout(timer);
    if (signal.aborted) return;
    if (refusal?.gone) return void ongone();
    onconnection(attempt < 3 ? 'reconnecting' : 'failed');
    await pause.wait(refusal?.wait || backoff(attempt));
  }
}
