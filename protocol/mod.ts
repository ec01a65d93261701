/**
 * The wire: messages, framing, names, modes, numerics and capabilities of the profile that SPEC.md specifies. Pure, and
 * the same for server, terminal client and browser.
 *
 * @module
 */
export * from "./base64.ts";
export * from "./batch.ts";
export * from "./capabilities.ts";
export * from "./casemap.ts";
export * from "./commands.ts";
export * from "./failures.ts";
export * from "./framer.ts";
export * from "./grammar.ts";
export * from "./help.ts";
export * from "./isupport.ts";
export * from "./limits.ts";
export * from "./mask.ts";
export * from "./message.ts";
export * from "./modes.ts";
export * from "./number.ts";
export * from "./numerics.ts";
export * from "./outgoing.ts";
export * from "./sasl.ts";
export * from "./saslprep.ts";
export * from "./scram.ts";
export * from "./tags.ts";
