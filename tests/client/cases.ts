// Computes a case as the page does, from JSON: `{author, day, messages, rosters, screen}`, see tests/vectors/README.md.

import { caseOf } from "../../dropbox/client/cases/case.ts";
import { Rosters } from "../../dropbox/client/cases/rosters.ts";
import { seenOf } from "../../dropbox/client/cases/seen.ts";
import { owed } from "../../dropbox/client/cases/sharing.ts";
import type { Bytes } from "../../dropbox/client/wire/bytes.ts";
import { b64, encode, parse } from "../../dropbox/client/wire/canonical.ts";
import { parseHead } from "../../dropbox/client/wire/messages/head.ts";

/** Return what follows from the messages, as JSON; messages are named by their ids, in their order. */
export function computeCase(raw: Bytes): any {
  const { author, day, messages, rosters, screen } = parse(raw) as any;
  const placed = messages.map(({ day, head, id, place }: any) => ({
    day,
    head: parseHead(encode(head)),
    id,
    place: { position: place[0] ?? Infinity, after: place[1] },
  }));
  const held = new Rosters(rosters);
  const found = caseOf(placed, held, day);
  if (!found) return null;
  return {
    admitted: [...found.admitted].sort(),
    alarms: found.alarms.map(({ kind, message, people }) => [kind, message, ...people]),
    closed: found.closedBy,
    current: found.messages.map(({ head }) => held.isCurrent(b64(head.author))),
    ended: found.messages.map(({ ended }) => [...ended].sort()),
    leftOut: [...found.leftOut].sort(),
    missing: found.missing.map(({ id, namedBy }) => [id, ...namedBy]),
    owed: Object.fromEntries(owed(found, held.personsOn(day) ?? [], new Map())),
    order: found.messages.map(({ id }) => id),
    read: found.messages.map(({ id }) => [...found.readBy.get(id)!].sort()),
    readers: [...found.readers].sort(),
    readersThere: found.messages.map(({ readers }) => [...readers].sort()),
    seen: seenOf(found, author, new Set(screen)),
    standings: found.messages.map(({ standing }) => standing),
    waiting: found.waiting,
  };
}
