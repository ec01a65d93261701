/**
 * Why a connection ended. One value per end, from a closed list; the QUIT that others see, the ERROR that the peer sees,
 * the log line and the counter all come from it.
 *
 * SPEC: "Liveness".
 *
 * @module
 */

/** Every way for a connection to end. */
export type CloseReason =
  | { readonly kind: "quit"; readonly text: string }
  | { readonly kind: "moved"; readonly to: string }
  | {
    readonly kind: "lost";
    readonly detail: "eof" | "reset" | "read-error" | "write-error" | "stalled";
  }
  | { readonly kind: "ping-timeout"; readonly seconds: number }
  | { readonly kind: "registration-timeout" }
  | { readonly kind: "sendq-exceeded" }
  | { readonly kind: "flood" }
  | { readonly kind: "killed"; readonly by: string; readonly text: string }
  | { readonly kind: "banned"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "shutdown" }
  | { readonly kind: "internal-error" };

/** What the tag `chatd/cause` may say. */
export type Cause = "quit" | "lost" | "killed" | "shutdown";

/** One row: the cause that others are told, and the text. */
interface CloseReasonSpec {
  readonly cause: Cause;
  /** `{0}` stands for what {@linkcode detailOf} gives. */
  readonly text: string;
  readonly summary: string;
}

/** The texts and causes of all ends. Only `quit` may begin with `Quit: `. */
export const CLOSE_REASONS = {
  quit: { cause: "quit", text: "Quit: {0}", summary: "the peer sent QUIT" },
  moved: {
    cause: "quit",
    text: "Logged in as {0}",
    summary: "the session goes on as the user of the account that it has logged in to",
  },
  lost: {
    cause: "lost",
    text: "Connection lost",
    summary:
      "end of file without QUIT, reset, read or write error, or no byte accepted for too long",
  },
  "ping-timeout": {
    cause: "lost",
    text: "Ping timeout: {0} seconds",
    summary: "no answer to PING",
  },
  "registration-timeout": {
    cause: "lost",
    text: "Registration timeout",
    summary: "not registered in time; nobody is told",
  },
  "sendq-exceeded": { cause: "lost", text: "SendQ exceeded", summary: "the peer reads too slowly" },
  flood: { cause: "killed", text: "Excess flood", summary: "over the rate for too long" },
  killed: { cause: "killed", text: "Killed ({0})", summary: "KILL, or the operator's console" },
  banned: { cause: "killed", text: "Banned: {0}", summary: "KLINE or DLINE" },
  refused: { cause: "lost", text: "{0}", summary: "not let in; nobody is told" },
  shutdown: { cause: "shutdown", text: "Server shutting down", summary: "the server ends" },
  "internal-error": { cause: "lost", text: "Internal error", summary: "a defect of the server" },
} as const satisfies Record<CloseReason["kind"], CloseReasonSpec>;

/** What a reason tells beyond its kind. */
function detailOf(reason: CloseReason): string {
  switch (reason.kind) {
    case "quit":
      return reason.text === "" ? "Client quit" : reason.text;
    case "moved":
      return reason.to;
    case "ping-timeout":
      return String(reason.seconds);
    case "killed":
      return `${reason.by} (${reason.text})`;
    case "banned":
    case "refused":
      return reason.text;
    case "lost":
    case "registration-timeout":
    case "sendq-exceeded":
    case "flood":
    case "shutdown":
    case "internal-error":
      return "";
  }
}

/** The text of the QUIT that others see. */
export function quitText(reason: CloseReason): string {
  return CLOSE_REASONS[reason.kind].text.replace("{0}", () => detailOf(reason));
}

/** The value of `chatd/cause`. */
export function causeOf(reason: CloseReason): Cause {
  return CLOSE_REASONS[reason.kind].cause;
}

/**
 * The text of the ERROR that the peer itself sees.
 *
 * @param who The peer's `user@host`.
 */
export function errorText(reason: CloseReason, who: string): string {
  const bare = reason.kind === "shutdown" || reason.kind === "sendq-exceeded" ||
    reason.kind === "refused";
  return bare ? quitText(reason) : `Closing link: (${who}) [${quitText(reason)}]`;
}
