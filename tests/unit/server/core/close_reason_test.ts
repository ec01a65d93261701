import { assertEquals } from "@std/assert";
import {
  causeOf,
  CLOSE_REASONS,
  type CloseReason,
  errorText,
  quitText,
} from "../../../../server/core/close_reason.ts";

const ALL: { readonly [K in CloseReason["kind"]]: CloseReason & { readonly kind: K } } = {
  quit: { kind: "quit", text: "Connection lost" },
  moved: { kind: "moved", to: "alice" },
  lost: { kind: "lost", detail: "eof" },
  "ping-timeout": { kind: "ping-timeout", seconds: 120 },
  "registration-timeout": { kind: "registration-timeout" },
  "sendq-exceeded": { kind: "sendq-exceeded" },
  flood: { kind: "flood" },
  killed: { kind: "killed", by: "root", text: "Quit: not really" },
  banned: { kind: "banned", text: "Quit: spam" },
  refused: { kind: "refused", text: "No." },
  shutdown: { kind: "shutdown" },
  "internal-error": { kind: "internal-error" },
};

Deno.test("quitText() LIVE-4 only QUIT gives a text that begins with Quit:", () => {
  for (const reason of Object.values(ALL)) {
    assertEquals(quitText(reason).startsWith("Quit: "), reason.kind === "quit", reason.kind);
  }
});

Deno.test("quitText() LIVE-4 nobody can fake a loss", () => {
  assertEquals(quitText(ALL.quit), "Quit: Connection lost");
  assertEquals(quitText({ kind: "quit", text: "" }), "Quit: Client quit");
  assertEquals(quitText({ kind: "quit", text: "$& {0}" }), "Quit: $& {0}");
});

Deno.test("causeOf() is quit for QUIT, and for who goes on as another user", () => {
  for (const [kind, { cause }] of Object.entries(CLOSE_REASONS)) {
    assertEquals(cause === "quit", kind === "quit" || kind === "moved");
  }
  assertEquals(causeOf(ALL["ping-timeout"]), "lost");
  assertEquals(causeOf(ALL.flood), "killed");
});

Deno.test("errorText() names the peer, except where the whole server is the reason", () => {
  assertEquals(errorText(ALL.lost, "~a@host"), "Closing link: (~a@host) [Connection lost]");
  assertEquals(errorText(ALL.shutdown, "~a@host"), "Server shutting down");
  assertEquals(errorText(ALL["sendq-exceeded"], "~a@host"), "SendQ exceeded");
  assertEquals(
    errorText(ALL.killed, "~a@host"),
    "Closing link: (~a@host) [Killed (root (Quit: not really))]",
  );
});
