/**
 * `chatd serve`: puts the server together with sockets, signals and the operator's console, and takes it apart in order.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import { CASE_MAPPINGS } from "../protocol/mod.ts";
import {
  ConfigError,
  formatAddress,
  keepFixed,
  plainPasswordWarnings,
  plainTextWarnings,
  type ServerConfig,
} from "./config.ts";
import { reviseAccounts } from "./commands/login.ts";
import type { Console } from "./console/console.ts";
import { LineWriter } from "./console/line_writer.ts";
import { createLog } from "./console/log.ts";
import type { Clock, Configuration, Log, LogFields, Random } from "./core/ports.ts";
import { traceOf } from "./core/trace.ts";
import { Cloak } from "./net/cloak.ts";
import { Listener } from "./net/listener.ts";
import { flusher, onBeforeWrites } from "./net/flusher.ts";
import type { SessionHost } from "./net/stream.ts";
import { announce, createNode, dismiss, type RunningNode, sessionHost } from "./node.ts";
import { Checkpointer } from "./store/checkpointer.ts";
import { claim } from "./store/database.ts";
import { PasswordChecker } from "./store/passwords.ts";
import { openStore, type SqliteStore } from "./store/store.ts";

/** Between two looks of the supervisor at all sessions. */
const SWEEP_MS = 1000;
/** Between two slices of what the history has to catch up with. */
const CATCH_UP_MS = 10;
/** How long a shutdown may take, and how often it is looked at who need not be waited for any more. */
const SHUTDOWN_WITHIN_MS = 5000;
const SHUTDOWN_SWEEP_MS = 100;

/** Exit codes: README, "Exit codes". */
const EXIT_FINE = 0;
const EXIT_BROKEN = 1;
const EXIT_NETWORK = 4;
/** For a service manager: start me again. (RESTART-1) */
const EXIT_RESTART = 75;

let latest = 0;
/** Time for people never goes back, though the machine's clock may: what was said first stays first. */
const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => latest = Math.max(latest, Date.now()),
  nextTurn: setImmediate,
};

/** Ids that begin with a number of this process, and count. */
function createRandom(): Random {
  const start = [...crypto.getRandomValues(new Uint8Array(9))].map((byte) =>
    (byte % 36).toString(36)
  ).join("");
  let count = 0;
  return { id: () => `${start}-${(++count).toString(36)}` };
}

/** An operator's mistake that shows only when the server starts. */
class ListenError extends Error {
  override readonly name = "ListenError";
  readonly exitCode = EXIT_NETWORK;
}

/** Why the server ends, and with which exit code. */
interface End {
  readonly why: string;
  readonly code: number;
}

/**
 * Runs the daemon until a signal, an operator or the console ends it.
 *
 * @param load Reads the settings anew.
 * @returns The exit code.
 * @throws {ListenError} If an address that was asked for cannot be listened on.
 */
export async function serve(
  config: ServerConfig,
  load: () => Promise<ServerConfig>,
): Promise<number> {
  const stderr = new LineWriter(Deno.stderr);
  let sink = (line: string): void => stderr.write(line);
  const log = new SwitchedLog(config, (line) => sink(line));
  const end = Promise.withResolvers<End>();
  const stop = (why: string): void => end.resolve({ why, code: EXIT_FINE });
  const version = `chatd-${manifest.version}`;
  const cloak = new Cloak();
  using _lock = config.data === null ? null : claim(config.data);
  const names = CASE_MAPPINGS[config.casemapping];
  const store = openStore(config.data, { ...config, names });
  store.history.forgetGuests();
  const node = createNode({ ...config, version }, {
    clock: systemClock,
    random: createRandom(),
    passwords: new PasswordChecker(),
    store,
    hostOf: (address) => cloak.of(address),
    configuration: createConfiguration(config, load, version, log),
    log,
    onRestart: () => end.resolve({ why: "RESTART", code: EXIT_RESTART }),
    onBroken(error) {
      log.error("internal-error", { message: traceOf(error) });
      stderr.flushSync();
      Deno.exit(EXIT_BROKEN);
    },
  });
  const checkpointer = config.data === null
    ? null
    : new Checkpointer(store.database, () => node.loop.begin());
  const catchUpSoon = createCatchUp(node, store);
  const listeners = listen(config, sessionHost(node), cloak, log);
  const sweep = setInterval(() => {
    node.loop.begin();
    node.supervisor.sweep();
    reviseAccounts(node);
  }, SWEEP_MS);
  for (const warning of warningsOf(config)) log.warn("config", { message: warning });
  for (const listener of listeners) {
    const { hostname, port } = listener.address;
    log.info("listening", { address: formatAddress({ hostname, port }) });
    listener.run();
  }
  const flush = (): void => {
    node.loop.begin();
    store.flush();
    catchUpSoon();
  };
  const unhook = [onSignals(stop), onBeforeWrites(flush)];
  const operator = config.console ?? Deno.stdin.isTerminal() ? await openConsole(node, stop) : null;
  if (operator?.isInteractive && Deno.stderr.isTerminal()) sink = (line) => operator.print(line);
  // With a terminal the signal says that the terminal is gone, which is for the console to hear.
  if (!operator?.isInteractive) unhook.push(onHangup(() => rehash(node)));
  log.info("waiting");

  const { why, code } = await end.promise;
  log.info("shutdown", { reason: why });
  await shutDown(node, listeners);
  clearInterval(sweep);
  // Nobody may read what is told.
  const told = Promise.all([operator?.close(), stderr.flush()]);
  await settledWithin(told, SHUTDOWN_WITHIN_MS);
  for (const undo of unhook) undo();
  checkpointer?.[Symbol.dispose]();
  store.database.close();
  return code;
}

/** Has the history catch up with what is said, a little at a time and only while it is behind. */
function createCatchUp({ loop }: RunningNode, { history }: SqliteStore): () => void {
  let isAsked = false;
  const soon = (): void => {
    if (isAsked || !history.isBehind) return;
    isAsked = true;
    setTimeout(() => {
      isAsked = false;
      loop.begin();
      history.catchUp();
      soon();
    }, CATCH_UP_MS);
  };
  return soon;
}

/** A log whose level and format change with the settings. */
class SwitchedLog implements Log {
  readonly #sink: (line: string) => void;
  #log: Log;

  constructor(config: ServerConfig, sink: (line: string) => void) {
    this.#sink = sink;
    this.#log = this.#make(config);
  }

  /** Goes on as the settings say. */
  switch(config: ServerConfig): void {
    this.#log = this.#make(config);
  }

  #make({ logLevel: level, logFormat: format }: ServerConfig): Log {
    return createLog({ level, format, sink: this.#sink });
  }

  debug = (event: string, fields?: LogFields): void => this.#log.debug(event, fields);
  info = (event: string, fields?: LogFields): void => this.#log.info(event, fields);
  warn = (event: string, fields?: LogFields): void => this.#log.warn(event, fields);
  error = (event: string, fields?: LogFields): void => this.#log.error(event, fields);
}

/** Settings from where they came from at the start. */
function createConfiguration(
  config: ServerConfig,
  load: () => Promise<ServerConfig>,
  version: string,
  log: SwitchedLog,
): Configuration {
  let current = config;
  return {
    file: config.file,
    async read() {
      try {
        const next = keepFixed(current, await load());
        current = next.config;
        log.switch(current);
        for (const message of plainPasswordWarnings(current)) log.warn("config", { message });
        return { settings: { ...current, version }, warnings: next.warnings };
      } catch (error) {
        if (error instanceof ConfigError) return { failure: error.message };
        throw error;
      }
    },
  };
}

/** Reads the settings anew for somebody who is not there to be answered: the log tells what became of it. */
async function rehash(node: RunningNode): Promise<void> {
  try {
    await node.rehash();
  } catch (error) {
    node.log.error("internal-error", { message: traceOf(error) });
  }
}

/** What is allowed, and not wise. */
function warningsOf(config: ServerConfig): string[] {
  return [...plainTextWarnings(config), ...plainPasswordWarnings(config)];
}

/** Loaded only where there is an operator to use it. */
async function openConsole(node: RunningNode, stop: (why: string) => void): Promise<Console> {
  const { Console } = await import("./console/console.ts");
  return new Console(node, {
    announce: (text) => announce(node, text),
    rehash: () => rehash(node),
    stop,
    waited: flusher.waited,
  });
}

/** Opens every listening socket. Of those that nobody asked for, one is enough: not every machine has IPv6. */
function listen(
  config: ServerConfig,
  host: SessionHost,
  cloak: Cloak,
  log: Log,
): Listener[] {
  const listeners: Listener[] = [];
  const { listen, listenProxy } = config;
  for (const address of [...listen, ...listenProxy]) {
    try {
      const isForProxies = listenProxy.includes(address);
      listeners.push(new Listener(Deno.listen(address), host, cloak, log, isForProxies));
    } catch (error) {
      const isSpare = config.listenIsDefault && listen.includes(address) && listeners.length > 0 &&
        !(error instanceof Deno.errors.AddrInUse);
      if (isSpare) continue;
      for (const listener of listeners) listener.close();
      throw new ListenError(`Cannot listen on ${formatAddress(address)}: ${whyNotListen(error)}`);
    }
  }
  return listeners;
}

function whyNotListen(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "address already in use. Is chatd running already? Use --listen HOST:PORT for another.";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address.";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied. Ports below 1024 need privileges.";
  }
  return error instanceof Error ? error.message : String(error);
}

/** Signals that come together are one: a task runner passes Ctrl-C on to a program that has had it from the terminal. */
const ONE_SIGNAL_MS = 500;

/** The first signal asks for an orderly end, the second does not wait for it. */
function onSignals(ask: (signal: string) => void): () => void {
  let askedAt: number | null = null;
  const hooks =
    (Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] as const : ["SIGINT", "SIGTERM"] as const)
      .map((signal) => {
        const handler = (): void => {
          const now = systemClock.now();
          const isImpatient = askedAt !== null && now - askedAt > ONE_SIGNAL_MS;
          if (isImpatient) Deno.exit(signal === "SIGTERM" ? 143 : 130);
          askedAt ??= now;
          ask(signal);
        };
        Deno.addSignalListener(signal, handler);
        return () => Deno.removeSignalListener(signal, handler);
      });
  return () => hooks.forEach((unhook) => unhook());
}

/** SIGHUP, where there is such a thing. */
function onHangup(handler: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  Deno.addSignalListener("SIGHUP", handler);
  return () => Deno.removeSignalListener("SIGHUP", handler);
}

/**
 * The orderly end. All listeners first, so that nobody comes while the others go; then everybody is told and their queues
 * are drained, as long as the deadline allows. (LIVE-7)
 */
async function shutDown(node: RunningNode, listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners) listener.close();
  dismiss(node);
  const sweep = setInterval(() => node.supervisor.sweep(), SHUTDOWN_SWEEP_MS);
  await settledWithin(node.supervisor.empty(), SHUTDOWN_WITHIN_MS);
  clearInterval(sweep);
}

/** Waits for a promise, but not for ever. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([promise, deadline]);
  clearTimeout(timer);
}
