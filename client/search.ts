/**
 * What to search for: from what the user types, and to what the server reads.
 *
 * soju.im/search.
 *
 * @module
 */

import { formatTags } from "../protocol/tags.ts";

/** What lines must match; all of it. */
export interface Search {
  readonly text?: string;
  readonly from?: string;
  /** A room or a nick. */
  readonly in?: string;
  /** Times as the tag `time` has them. */
  readonly before?: string;
  readonly after?: string;
}

/** The parameter of SEARCH. */
export function formatSearch(search: Search, limit: number): string {
  const parts = (["in", "from", "after", "before", "text"] as const)
    .flatMap((name): [string, string][] => {
      const value = search[name];
      return value === undefined ? [] : [[name, value]];
    });
  return formatTags(new Map([...parts, ["limit", String(limit)]]));
}
