/**
 * The commands of accounts as data: a part of the table in commands.ts.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import type { CommandSpec } from "./commands.ts";

/** Every command of the chapter by its verb. */
export const ACCOUNT_COMMANDS = {
  AUTHENTICATE: {
    params: "<mechanism or data>",
    from: "both",
    numerics: [
      "RPL_LOGGEDIN",
      "RPL_LOGGEDOUT",
      "RPL_SASLSUCCESS",
      "ERR_SASLFAIL",
      "ERR_SASLTOOLONG",
      "ERR_SASLABORTED",
      "ERR_SASLALREADY",
      "RPL_SASLMECHS",
    ],
    summary: "Log in to an account",
    spec: "#authenticate",
  },
  REGISTER: {
    params: "<account> <email> <password>",
    from: "both",
    numerics: ["RPL_LOGGEDIN", "ERR_PASSWDMISMATCH"],
    summary: "Make an account of your nickname; * stands for it, and for no e-mail address",
    spec: "#register",
  },
  VERIFY: {
    params: "<account> <code>",
    from: "client",
    numerics: [],
    summary: "Complete a registration, which here is complete at once",
    spec: "#verify",
  },
} as const satisfies Record<string, CommandSpec>;
