// The shapes that the modules share, for tsc and for people; no browser reads it. What functions promise: promises.d.ts
// They are global, so that the modules, whose size is limited, need not import them.

/**
 * Attributes of <hip-chat>, all optional, read when it is put into a page. What stands inside the element is shown
 * where scripts do not run. It follows the direction of the page.
 */
interface Attributes {
  /** Origin of the chat API; default: where the script comes from. */
  server: string;
  /** Language of the strings; default: that of the page. A language without a file in strings/ is shown in English. */
  locale: string;
  /** Whose emergency numbers are shown: ISO 3166-1 alpha-2, or EU; default: 112 or 911. */
  region: string;
  /** Default: as the browser is set. */
  theme: 'auto' | 'light' | 'dark';
  /** Default: where lines of text end. */
  position: 'left' | 'right';
  /** Where "quick exit" leads; default: about:blank. */
  exit: string;
  /** A page about privacy, to link to. */
  privacy: string;
}

/** An answer to press. The id is opaque; the title is what the visitor says by it. */
interface Choice { id: string; title: string }

/** `how` is the id of a choice. */
interface Exercise { name: string; sets: string; reps: string; each_side: boolean; how: string }

interface Session { name: string; weekdays: string[]; exercises: Exercise[] }

interface Card {
  kind: string; // "emergency", "crisis", "plan" or "summary"
  heading?: string;
  /** As text to show. */
  numbers?: { emergency_number?: string; crisis_line?: string };
  /** The emergency numbers, to dial. */
  tel?: string[];
  /** Those of a crisis line. */
  crisis_tel?: string[];
  /** Of a plan. */
  sessions?: Session[];
}

/** A message as it comes from the server; docs/website.md describes the fields. */
interface Received {
  /** From 1. null: an answer that could not be stored yet; the stored one follows. */
  sequence: number | null;
  sender: 'visitor' | 'assistant';
  /** The client id of a visitor's message. */
  id: string | null;
  /** The sequence that it answers. */
  reply_to: number | null;
  text: string;
  choices: Choice[];
  card: Card | null;
  source: string | null;
  outcome: string | null;
  kind: 'message' | 'answer' | 'failure';
  state: 'received' | 'answered' | 'unanswered' | null;
  time: string;
  feedback: string | null;
}

interface Message extends Received {
  /** reply_to + 0.5 for an answer that is not stored yet. */
  sequence: number;
}

/** Something the visitor said that the server has not confirmed. */
interface Entry {
  /** The client id: sent again under the same id, it is stored and answered once. */
  id: string;
  /** Milliseconds; entries are sent in this order. */
  at: number;
  /** What the visitor sees. */
  text: string;
  /** The id of the choice that was pressed. */
  choice?: string;
  /** A try to send it has failed; it goes on. What the server said of the wait, or a blank. */
  late?: string;
  /** Why the server will not take it, in its words. */
  refused?: string;
}

type Connection = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'failed' | 'offline';

/** Everything that is shown, apart from what is open. */
interface State {
  connection: Connection;
  /** By sequence. */
  messages: readonly Message[];
  outbox: readonly Entry[];
  /** Client ids without an answer after 8 seconds. */
  slow: readonly string[];
  typing: boolean;
  /** The chat that was shown is no more: deleted, expired, or left in another tab. */
  ended: boolean;
  /** Something that the visitor asked for did not work. */
  notice: boolean;
  /** Everything up to this sequence has come. */
  cursor: number;
  /** Everything up to this sequence was shown, and said by a screen reader, before. */
  seen: number;
  /** Text to edit; a new object means: show it. */
  draft: { text: string };
}

/**
 * What `reduce` of state.js makes a new state of. `cleared` leaves what is being written, and whether the browser is
 * offline; all else belonged to the chat. The other functions there look at a state: `waiting` gives the client ids
 * of what nobody has answered, `choicesOpen` tells whether nothing was said after a message, `pinned` gives the
 * emergency and crisis messages that stay in view, `unread` the answers that were not shown yet, `statusOf` what is
 * said in words below the conversation.
 */
type Happening =
  | { type: 'message'; message: Received; streamed?: boolean }
  | { type: 'entry'; entry: Entry }
  | { type: 'cleared'; ended: boolean }
  | { type: 'set'; set: Partial<State> };

/** What is said in words, and what can be done about it: keys of strings; `reason` goes into the words. */
interface Status { key: string; action?: string; reason?: string }

/** Of one conversation. */
interface Credentials { id: string; token: string }

/** "group.key" and the values of its {placeholders} -> text. A missing key shows itself, so that somebody notices. */
type Translate = (key: string, values?: Record<string, string | number>) => string;

/** Groups of keys. */
type Table = Record<string, Record<string, string>>;

interface ServerEvent { event: string; data: string; id: string }

/** What the leading tab tells the others, and itself. */
interface News { event?: ServerEvent; connection?: Connection }
