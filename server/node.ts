/**
 * Builds a running server out of its parts, without a socket, a file or a timer: what `main` and the tests have in common.
 *
 * @module
 */
import { CASE_MAPPINGS, CLIENT_COMMANDS, encodeIsupport, Outgoing } from "../protocol/mod.ts";
import { LocalNetwork } from "./cluster/local.ts";
import type { Node } from "./commands/context.ts";
import { formsOf } from "./commands/information.ts";
import { identify, isTrustedProxy } from "./commands/webirc.ts";
import { Attempts } from "./core/attempts.ts";
import type {
  Awaitable,
  Clock,
  Configuration,
  Log,
  Passwords,
  Random,
  Store,
} from "./core/ports.ts";
import { Logins } from "./core/logins.ts";
import { Loop } from "./core/loop.ts";
import type { History } from "./core/history.ts";
import type { Settings } from "./core/settings.ts";
import { NetworkState } from "./core/state.ts";
import { Supervisor } from "./core/supervisor.ts";
import { traceOf } from "./core/trace.ts";
import { keep, restore } from "./keeping.ts";
import { LinkOutbox } from "./net/outbox.ts";
import type { SessionHost } from "./net/stream.ts";
import { tellCondition } from "./paused.ts";
import { PresenceKeeper } from "./presence_keeper.ts";
import { createRehash } from "./rehash.ts";
import { openSession, receive } from "./turn.ts";

/** What a server needs from outside. */
export interface NodePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: Passwords;
  readonly store: Store;
  readonly log: Log;
  readonly configuration: Configuration;
  /** What others see in place of an address. */
  hostOf(address: string): Awaitable<string>;
  /** Called when an operator wants the server to end and to be started again. */
  onRestart(): void;
  /** Called when the shared state may be half-changed: the server must not go on. */
  onBroken(error: unknown): void;
}

/** A server, and what its owner may look at. */
export interface RunningNode extends Node {
  readonly outbox: LinkOutbox;
  readonly network: LocalNetwork;
}

/** What ISUPPORT tells where names are of all scripts. */
const PRECIS_TOKENS = { CASEMAPPING: "precis", UTF8MAPPING: "rfc8265" };

/** How many accounts may be made from one address at once, and how many for long. (REGISTER-6) */
const REGISTRATIONS_AT_ONCE = 5;
const REGISTRATIONS_PER_SECOND = 1 / 600;

/** A clock that is so far behind what is kept was set wrong, now or before. */
const BEHIND_MS = 60_000;

/** Puts a server together. */
export function createNode(settings: Settings, ports: NodePorts): RunningNode {
  const { clock, random, passwords, store, log, onBroken, onRestart } = ports;
  const state = new NetworkState(settings.name, CASE_MAPPINGS[settings.casemapping]);
  // The name, and when names are equal, stay as long as the server runs.
  const outbox = new LinkOutbox(settings.name, clock);
  let current = settings;
  const history = (): History | null => current.history ? store.history : null;
  const network = new LocalNetwork(state, outbox, random, history, onBroken);
  const startedAt = clock.epoch();
  let isupport = tokensOf(settings);
  const onDefect = (error: unknown): void =>
    log.error("internal-error", { message: traceOf(error) });
  const loop = new Loop(clock, onDefect);
  let forms = formsOf(settings, isupport, startedAt);
  const supervisor = new Supervisor({
    get settings() {
      return current;
    },
    state,
    network,
    outbox,
    store,
    clock,
    loop,
    log,
  });
  const node: RunningNode = {
    get settings() {
      return current;
    },
    get isupport() {
      return isupport;
    },
    get forms() {
      return forms;
    },
    state,
    network,
    outbox,
    supervisor,
    clock,
    loop,
    random,
    passwords,
    store,
    attempts: new Attempts(),
    logins: new Logins(),
    registrations: new Attempts(REGISTRATIONS_AT_ONCE, REGISTRATIONS_PER_SECOND),
    log,
    startedAt,
    hostOf: ports.hostOf,
    settingsFile: ports.configuration.file,
    rehash: () => rehash(),
    restart: onRestart,
    uses: new Float64Array(CLIENT_COMMANDS.length),
  };
  const rehash = createRehash(node, ports.configuration, (next) => {
    current = next;
    isupport = tokensOf(next);
    forms = formsOf(next, isupport, startedAt);
  });
  const presences = new PresenceKeeper(node);
  network.keeper = (event) => {
    keep(state, event, store);
    presences.note(event);
  };
  const ahead = [...store.history.ahead(startedAt), ...store.markers.ahead(startedAt)];
  const behindMs = ahead.reduce((most, [, at]) => Math.max(most, at - startedAt), 0);
  if (behindMs > BEHIND_MS) log.warn("clock-is-behind", { seconds: Math.round(behindMs / 1000) });
  state.times.begin(startedAt, ahead); // HIST-10, HIST-11
  restore(node);
  presences.restore();
  store.onCondition = (condition) => tellCondition(node, condition);
  store.onDefect = onDefect;
  return node;
}

/** The tokens of 005 that these settings make. */
function tokensOf({ network, casemapping, clientTagDeny, icon }: Settings): string[][] {
  return encodeIsupport({
    ...casemapping === "precis" ? PRECIS_TOKENS : {},
    ...clientTagDeny === "" ? {} : { CLIENTTAGDENY: clientTagDeny },
    NETWORK: network,
    ...icon === null ? {} : { "draft/ICON": icon },
  });
}

/** The server as its connections see it. */
export function sessionHost(node: RunningNode): SessionHost {
  const { loop } = node;
  return {
    isTrustedProxy: (address) => isTrustedProxy(node, address),
    identify: (session, address, port) =>
      identify(node, session, address, port, session.peer.address),
    open: (link, peer) => openSession(node, link, peer),
    receive(session, line) {
      loop.begin();
      if (!loop.isLong) return receive(node, session, line);
      // Many come at once, each with something for many: whoever waits to be written to has a turn between.
      return new Promise((resolve) =>
        loop.next(() => resolve(Promise.try(receive, node, session, line)))
      );
    },
    end(session, reason) {
      loop.begin();
      node.supervisor.drop(session, reason);
    },
    release: (session) => node.supervisor.release(session),
    now: () => node.clock.now(),
    get sendqBytes() {
      return node.settings.sendqBytes;
    },
  };
}

/** Says something to everybody as the server. */
export function announce({ settings, state, network, clock, random }: Node, text: string): void {
  if (state.users.size === 0) return;
  network.submit({
    type: "message",
    verb: "NOTICE",
    source: settings.name,
    from: null,
    target: { kind: "everyone" },
    text,
    msgid: random.id(),
    at: clock.epoch(),
  });
}

/** Tells everybody that the server ends, and ends every session. */
export function dismiss(node: Node): void {
  const { settings, state, outbox, supervisor, clock } = node;
  const at = clock.epoch();
  for (const session of state.sessions) {
    if (session.closeReason !== null) continue;
    outbox.send(
      session,
      new Outgoing(settings.name, "NOTICE", [session.target, "The server is shutting down."], {
        at,
      }),
    );
  }
  supervisor.endAll({ kind: "shutdown" });
}
