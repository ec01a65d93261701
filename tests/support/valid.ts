/**
 * What every line from the server must be, checked on every line of every test: a message by the grammar of SPEC.md, within
 * the limits, and read back by our own parser as what it was.
 *
 * @module
 */
import {
  byteLength,
  formatMessage,
  isParseFailure,
  LIMITS,
  parseMessage,
} from "../../protocol/mod.ts";
import { matcher } from "./abnf.ts";
import { grammarOf, readSpec } from "./spec.ts";

const isMessage = matcher(grammarOf(readSpec()), "message");
/** Tests repeat themselves: a line that was found right is right. */
const known = new Set<string>();

/** @throws {Error} If the line is not what a server may send. */
export function assertValidLine(line: string): void {
  if (known.has(line)) return;
  const fail = (why: string): never => {
    throw new Error(`The server sent a line that ${why}: ${line}`);
  };
  const message = parseMessage(line);
  if (isParseFailure(message)) return fail("is no message");
  const tagsEnd = line.startsWith("@") ? line.indexOf(" ") + 1 : 0;
  if (byteLength(line.slice(0, tagsEnd)) > LIMITS.SERVER_TAGS.value + 2) fail("has too many tags");
  if (byteLength(line.slice(tagsEnd)) > LIMITS.LINE.value) fail("is too long");
  if (!isMessage(ownTags(line.slice(0, tagsEnd)) + line.slice(tagsEnd))) {
    fail("is not of the grammar");
  }
  const again = parseMessage(formatMessage(message));
  if (JSON.stringify(flat(again)) !== JSON.stringify(flat(message))) {
    fail("does not come back as it was");
  }
  known.add(line);
}

/** A tag section without the tags that clients have made up, which pass as they are. (TAG-3) */
function ownTags(section: string): string {
  const tags = section.slice(1).trimEnd().split(";").filter((tag) =>
    tag !== "" && !tag.startsWith("+")
  );
  return tags.length === 0 ? "" : `@${tags.join(";")} `;
}

function flat(message: ReturnType<typeof parseMessage>): unknown {
  return isParseFailure(message) ? message : { ...message, tags: [...message.tags ?? []] };
}
