/**
 * Finding what was said: SEARCH.
 *
 * SPEC: "SEARCH"; soju.im/search.
 *
 * @module
 */
import { LIMITS, parseTags } from "../../protocol/mod.ts";
import type { Readable } from "../core/readable.ts";
import { StoreError } from "../core/store_error.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { readLimit } from "./history.ts";
import { ENTRIES_PER_TOKEN, piecesOf, tellPieces } from "./playback.ts";
import { allReadables, findReadable } from "./readables.ts";
import { readInstant } from "./timestamps.ts";

/** What a text must have for words to be found. */
const WORD_REGEXP = /[\p{L}\p{N}]/u;

/** Attributes besides `in`: what is looked for. */
interface Wanted {
  from?: string;
  after?: number;
  before?: number;
  text?: string;
  limit?: number;
}

/** SEARCH <attributes> */
function search(context: CommandContext): void {
  const { session, message: { params } } = context;
  if (!session.has("soju.im/search")) { // SEARCH-1
    return context.numeric("ERR_UNKNOWNCOMMAND", "SEARCH");
  }
  if (params.length > 1) return context.fail("INVALID_PARAMS", params[1] ?? "");
  const attributes = parseTags(context.param(0));
  const wanted = readWanted(attributes);
  if (typeof wanted === "string") return context.fail("INVALID_PARAMS", wanted);
  try {
    const place = attributes.get("in");
    const within = place === undefined ? null : findReadable(context, place);
    if (place !== undefined && within === null) return context.fail("INVALID_PARAMS", "in");
    answer(context, within, wanted);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    context.fail("INTERNAL_ERROR");
  }
}

/** What the attributes ask for, or the name of one that is wrong. */
function readWanted(attributes: ReadonlyMap<string, string>): Wanted | string {
  const wanted: Wanted = {};
  for (const [name, value] of attributes) {
    const at = readInstant(value);
    const limit = readLimit(value);
    if (name === "in") continue;
    else if (name === "from" && value !== "") wanted.from = value;
    else if (name === "text" && WORD_REGEXP.test(value)) wanted.text = value;
    else if ((name === "after" || name === "before") && at !== null) wanted[name] = at;
    else if (name === "limit" && limit !== null) wanted.limit = limit;
    else return name;
  }
  return wanted;
}

/** Answers with a batch of what is found, each line under its conversation's name of now. (SEARCH-2) */
function answer(context: CommandContext, within: Readable | null, wanted: Wanted): void {
  const { node, session } = context;
  const { limit = LIMITS.CHATHISTORY.value, after, before, ...others } = wanted;
  // SEARCH-3
  const scopes: readonly Readable[] = within === null ? allReadables(context) : [within];
  const found = node.store.history.search({
    ...others,
    scopes,
    // Its bounds are exclusive.
    ...after === undefined ? {} : { after: after - 1 },
    ...before === undefined ? {} : { before: before + 1 },
    limit,
    keep: after === undefined ? "latest" : "earliest",
  });
  session.bucket.spend(found.length / ENTRIES_PER_TOKEN);
  const told = found.map(({ scope: { conversation }, entry }) => ({
    entry,
    name: scopes.find((scope) => scope.conversation === conversation)?.name ?? "",
  }));
  const pieces = piecesOf(context, told, { keep: after === undefined ? "newest" : "oldest" });
  context.batch("soju.im/search", [], () => tellPieces(context, pieces));
}

/** The rule of this section. */
export const finding = {
  SEARCH: { stage: "active", cost: 5, run: search },
} as const satisfies Record<string, CommandRule>;
