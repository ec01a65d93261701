/**
 * What of a line nobody may see. The rule: what follows the verb of a command that carries a password is shown nowhere,
 * not even how much it is: not in the row being typed, not in the line that is remembered, not where the text comes back,
 * by an echo, from the history or as what was not sent. Everything that shows or keeps a line asks here. Pure.
 *
 * To services that keep accounts every verb counts but those that are known to carry no password: a verb that is spelt
 * wrong gives nothing away.
 *
 * @module
 */

import { afterBlanks, commandAt } from "./compose.ts";
import { HIDDEN } from "./tui/text.ts";

/** Commands of the server and of this client: what follows them is secret but for so many words. */
const VERBS = new Map<string, number>([
  ["auth", 0],
  ["authenticate", 0],
  ["id", 0],
  ["identify", 0],
  ["login", 1],
  ["oper", 0],
  ["pass", 0],
  ["passwd", 0],
  ["register", 0],
  ["verify", 0],
  ["webirc", 0],
]);

/** Commands whose next word is whom the rest is for. */
const TALKS = new Set("dm msg query notice privmsg squery tell".split(" "));
/** Commands whose rest is a text for others, or to look for: it may name whom it likes. */
const TEXTS = new Set(
  "say me bc bm broadcast topic away part leave kick quit exit search".split(" "),
);
/** Commands whose rest is a line of IRC. */
const RAWS = new Set(["raw", "quote"]);

type ServiceKind = "accounts" | "other";

/** Services that keep accounts, and what people write for their names. */
const ACCOUNT_SERVICE_REGEXP = /^(?:nick|auth|user|account|sasl)[-_.]?s\w{0,3}v\w{0,4}$/;
/** Short names of services, as commands. */
const SHORT_NAMES = new Map<string, ServiceKind>([
  ["ns", "accounts"],
  ["cs", "other"],
  ["os", "other"],
]);
/** What account services are asked without a password. */
const HARMLESS = new Set(
  "acc access alist cert glist help info list listchans logout status update".split(" "),
);
/** What other services are told with one. */
const SECRET = new Set(
  "auth confirm drop ghost id identify login newpass passwd password recover regain register release resetpass setpass verify"
    .split(" "),
);

const SLASHES = /^\/+/;
const TAGS_AND_SOURCE = /^(?:\s*@\S*)?(?:\s*:\S*)?/;
const ROOM = /^\s*[#&]\S*/;

/**
 * Where in a line of input the secret begins, `null` if it has none. Of a text of several lines each may be the command
 * that was meant: all from there on is secret.
 */
export function secretAt(input: string): number | null {
  for (let at = 0; at >= 0; at = nextLine(input, at)) {
    const secret = secretOf(input, at);
    if (secret !== null) return secret;
  }
  return null;
}

/** Where the next line begins after this one, and the blank ones before it; -1 after the last. */
function nextLine(text: string, at: number): number {
  const end = text.indexOf("\n", afterBlanks(text, at));
  return end < 0 ? -1 : end + 1;
}

/** The same of the line that begins there. */
function secretOf(input: string, at: number): number | null {
  const start = commandAt(input, at);
  if (start === null) return null;
  const words = new Words(input, start);
  words.skip(SLASHES);
  const verb = words.next();
  if (!RAWS.has(verb)) return ofCommand(verb, words);
  words.skip(TAGS_AND_SOURCE);
  return ofCommand(words.next(), words);
}

/** A line of input as it may be shown. */
export function masked(input: string): string {
  const at = secretAt(input);
  return at === null ? input : input.slice(0, at) + HIDDEN;
}

/** A text as it may be shown, of whom or whatever it is for. */
export function maskedText(target: string, text: string): string {
  const at = ofService(kindOf(target), new Words(text, 0));
  return at === null ? text : text.slice(0, at) + HIDDEN;
}

function ofCommand(verb: string, words: Words): number | null {
  if (TALKS.has(verb)) return ofService(kindOf(words.next()), words);
  const kind = SHORT_NAMES.get(verb) ?? kindOf(verb);
  if (kind !== null) return ofService(kind, words);
  const readable = VERBS.get(verb);
  if (readable !== undefined) {
    for (let count = 0; count < readable; count++) words.next();
    return words.rest();
  }
  // What is spelt wrong was meant for the service, too.
  const meant = TEXTS.has(verb) ? null : kindOf(words.next());
  return meant === "accounts" ? ofService(meant, words) : null;
}

/** Whether somebody keeps accounts, or is another service; `null` for everybody else. */
function kindOf(target: string): ServiceKind | null {
  let kind: ServiceKind | null = null;
  for (const name of target.toLowerCase().split(",")) {
    // A rank before it and a colon behind it are what people are used to.
    const [nick = "", server] = name.replace(/^[~&@%+](?=\w)|[:;]+$/g, "").split("@");
    if (ACCOUNT_SERVICE_REGEXP.test(nick)) return "accounts";
    // What is written to NAME@SERVER is for services alone.
    const isServer = nick !== "" && server !== undefined;
    if (isServer || /^[^#&].*serv$/.test(nick)) kind = "other";
  }
  return kind;
}

function ofService(kind: ServiceKind | null, words: Words): number | null {
  if (kind === null) return null;
  const keepsAccounts = kind === "accounts";
  const verb = words.next();
  if (verb === "set" || verb === "saset") {
    words.skip(ROOM);
    const option = words.next();
    // What is only switched on or off is no password.
    if (keepsAccounts ? words.isSwitch() : !/^(?:new)?pass/.test(option)) return null;
    return words.rest();
  }
  if (keepsAccounts ? HARMLESS.has(verb) : !SECRET.has(verb)) return null;
  if (!keepsAccounts) words.skip(ROOM);
  return words.rest();
}

/** The words of a text one by one, and where they stand. */
class Words {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** The next word in lower case, without quotes and colons before it; empty at the end. */
  next(): string {
    const [all = "", word = ""] = /^\s*([^\s]*)/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += all.length;
    return word.toLowerCase().replace(/^["“':]+(?=[^:])/, "");
  }

  /** Goes past what is next, if it is this. */
  skip(what: RegExp): void {
    this.#at += what.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
  }

  /** Whether all that is left is `on` or `off`. */
  isSwitch(): boolean {
    return /^\s+(?:on|off)\s*$/i.test(this.#text.slice(this.#at));
  }

  /** Where what is left begins; `null` when nothing is. */
  rest(): number | null {
    const from = this.#text.slice(this.#at).search(/\S/);
    return from < 0 ? null : this.#at + from;
  }
}
