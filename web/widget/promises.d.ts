// What the functions of the modules promise; the shapes are in types.d.ts.

/** The gateway said no; the message is its own sentence. Other errors (no network, silence) have none of these. */
interface Refusal extends Error {
  /** Milliseconds it asks for; 0 or NaN: none. */
  wait?: number;
  /** There is no such chat for this browser: deleted, expired, or somebody else's. */
  gone?: boolean;
  /** The same request will be refused again. */
  final?: boolean;
}

/**
 * The HTTP API of the gateway. Every call rejects with a Refusal when the gateway refuses, with a TypeError when it
 * cannot be reached, and with a TimeoutError when it is silent for 20 s.
 */
interface Api {
  begin(region: string | null, locale: string): Promise<Credentials>;
  /** Resolves with the visitor's message as it is stored. */
  say(chat: Credentials, entry: Entry): Promise<Received>;
  messages(chat: Credentials, after: number): Promise<Received[]>;
  /** The event stream; its body goes on until `signal`. */
  events(chat: Credentials, after: number, signal: AbortSignal): Promise<Response>;
  judge(chat: Credentials, sequence: number, value: string | null): Promise<unknown>;
  export(chat: Credentials): Promise<string>;
  erase(chat: Credentials): Promise<unknown>;
}

/** Waiting that can be cut short: the network is back, the visitor pressed "try again". */
interface Pause { wait(milliseconds: number): Promise<void>; wake(): void }

interface Follow {
  /** Opens the stream after the last event. */
  open: (signal: AbortSignal) => Promise<Response>;
  /** Ends it all. */
  signal: AbortSignal;
  onevent: (event: ServerEvent) => void;
  onconnection: (connection: Connection) => void;
  /** The server has no such conversation. */
  ongone: () => void;
  pause: Pause;
  /** A stream silent for so many milliseconds is dead. */
  silence?: number;
}

/**
 * What this browser keeps: the way back to the conversation, what is not sent yet, the draft, the text size. No
 * message once it is sent. Where storage is forbidden or full, the tab remembers by itself; a spoilt value counts as
 * none.
 */
interface Store {
  get(key: string): string | null;
  /** null removes it. */
  set(key: string, value?: string | null): void;
  chat: Credentials | null;
  /** Oldest first. Each has its own key: tabs that write at the same time lose nothing. */
  entries(): Entry[];
  keep(entry: Entry): void;
  drop(id: string | null): void;
  clear(): void;
  /** Makes the listener for the window's "storage": another tab began a conversation (its value), or left it (null). */
  listener(heard: (value: string | null) => void): (event: StorageEvent) => void;
}

/** One event stream for all tabs of a browser: the tab that holds a lock reads it and tells the others. */
interface Tabs {
  /** Whether this tab reads the stream. */
  leading(): boolean;
  /** `lead` runs while this tab leads; `hear` gets what the leading tab tells. */
  join(name: string, lead: (signal: AbortSignal) => Promise<void>, hear: (news: News) => void): void;
  /** To all tabs, this one included. */
  tell(news: News): void;
  /** Takes the lead: this tab came to the front. */
  front(): void;
  leave(): void;
  /** Runs `work` while no other tab does. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** The conversation of this browser: takes what the visitor does, keeps the state. */
interface Chat {
  readonly state: State;
  readonly store: Store;
  /** Takes up what this browser keeps. Until then nothing is asked of the server. */
  start(): void;
  /** Ends streams and timers; what is kept stays kept. */
  stop(): void;
  /** Says a text, or presses the choice of this id with this title. Blank text is not sent. */
  send(text: string, choice?: string): void;
  /** Gives back the text of an entry that was refused. */
  edit(entry: { id: string | null; text: string }): void;
  /** Keeps what is being written. */
  draft(text?: string): void;
  /** What the browser thinks of its network. */
  online(online: boolean): void;
  /** This tab came to the front. */
  front(): void;
  /** Tries now what waits for its next try. */
  retry(): void;
  /** Everything up to here is shown. */
  seen(sequence: number): void;
  /** Leaves the conversation as it is and makes ready for a new one. */
  restart(): void;
  /** Has the conversation erased everywhere. */
  erase(): Promise<void>;
  /** Resolves with the conversation as text; null: there is none, or a notice says why not. */
  export(): Promise<string | null>;
  /** Says what the visitor thinks of an answer; saying the same again takes it back. */
  judge(sequence: number, value: string): Promise<void>;
  /** Forgets everything in this browser, at once. */
  forget(): void;
  /** Another tab began a conversation, or left it (null). */
  stored(value: string | null): void;
}

/** Work on the conversation that may be refused; null then, and without one. `notice`: whether a failure is told. */
type Attempt = <T>(work: (chat: Credentials) => Promise<T>, notice?: boolean) => Promise<T | null>;

interface ChatOptions {
  api: Api;
  store: Store;
  tabs: Tabs;
  region: string | null;
  locale: string;
  /** The state is another one. */
  onchange: () => void;
}

/** Text, bold, or a link (`raw`: what stood in the text). */
interface Inline { text: string; bold?: Inline[]; href?: string; raw?: string }

/** A paragraph has nodes, a list has items. */
interface Block { nodes?: Inline[]; ordered?: boolean; items?: { marker: string; nodes: Inline[] }[] }

/** Attributes; functions become listeners; null and false are left out. */
type Props = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;

/** Says a text by pressing the choice of this id. */
type Choose = (text: string, choice: string) => void;

/** Something that is shown and brought up to date. */
interface View { nodes: HTMLElement[]; update: () => void }

/** One message in the log. */
interface Row { nodes: HTMLElement[]; update: (row: Message | Entry) => void }

interface Panel extends View {
  /** `byVisitor`: then the focus goes into it; an arriving message never moves the focus. */
  open(byVisitor?: boolean): void;
  /** Whether it fills the screen when it is open. */
  small(): boolean;
}

interface PanelOptions {
  chat: Chat;
  t: Translate;
  /** Language of the strings. */
  lang: string;
  region: string | undefined;
  /** Address of the site's page about privacy. */
  privacy: string | null;
  onopen: (open: boolean) => void;
  onexit: () => void;
}
