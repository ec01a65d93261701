/**
 * What a password of an account has to be.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import { byteLength, LIMITS, preparePassword } from "../../protocol/mod.ts";

/** Characters that a password has at least. */
const LEAST_CHARACTERS = 8;

/** What is wrong with a password. */
export interface PasswordProblem {
  readonly code: "WEAK_PASSWORD" | "UNACCEPTABLE_PASSWORD";
  readonly text: string;
}

/** What is wrong with a password for the account of this name, or `null`. (REGISTER-5) */
export function passwordProblem(name: string, password: string): PasswordProblem | null {
  const prepared = preparePassword(password);
  if (byteLength(password) > LIMITS.PASSWORD.value) {
    const text = `A password has at most ${LIMITS.PASSWORD.value} bytes.`;
    return { code: "UNACCEPTABLE_PASSWORD", text };
  }
  if (password !== "" && prepared === null) {
    const text = "The password has a character that no keyboard has, or that is not seen.";
    return { code: "UNACCEPTABLE_PASSWORD", text };
  }
  if (prepared === null || [...prepared].length < LEAST_CHARACTERS) {
    const text = `A password has at least ${LEAST_CHARACTERS} characters.`;
    return { code: "WEAK_PASSWORD", text };
  }
  if (prepared.toLowerCase().includes(name.toLowerCase()) && prepared.length < name.length + 6) {
    const text = "The password is little more than the name: take another.";
    return { code: "WEAK_PASSWORD", text };
  }
  return null;
}
