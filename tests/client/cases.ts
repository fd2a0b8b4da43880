// Computes a case as the page does, from JSON: `{author, day, messages, rosters, screen}`, and `given` where something was shared, see tests/vectors/README.md.

import { caseOf } from "../../dropbox/client/cases/case.ts";
import { answerTo } from "../../dropbox/client/cases/consents.ts";
import { happenedIn } from "../../dropbox/client/cases/happened.ts";
import { Rosters } from "../../dropbox/client/cases/rosters.ts";
import { seenOf } from "../../dropbox/client/cases/seen.ts";
import { owed } from "../../dropbox/client/cases/sharing.ts";
import { counts } from "../../dropbox/client/cases/thread.ts";
import type { Bytes } from "../../dropbox/client/wire/bytes.ts";
import { b64, encode, parse } from "../../dropbox/client/wire/canonical.ts";
import { isOf, parseHead } from "../../dropbox/client/wire/messages/head.ts";
import { YES } from "../../dropbox/client/wire/messages/reporter.ts";
import { Request } from "../../dropbox/client/wire/messages/thread.ts";

/** Return what follows from the messages, as JSON; messages are named by their ids, in their order. */
export function computeCase(raw: Bytes): any {
  const { author, day, given, messages, rosters, screen } = parse(raw) as any;
  const placed = messages.map(({ day, head, id, place }: any) => ({
    day,
    head: parseHead(encode(head)),
    id,
    place: { position: place[0] ?? Infinity, after: place[1] },
  }));
  const held = new Rosters(rosters);
  const found = caseOf(placed, held, day);
  if (!found) return null;
  const shared = new Map<string, Set<string>>();
  for (const [who, what] of given ?? []) shared.set(who, new Set([...shared.get(who) ?? [], what]));
  const { received, answered, acknowledged, informed, closed } = happenedIn(found);
  return {
    admitted: [...found.admitted].sort(),
    agreed: found.messages
      .filter((one) => isOf(one.head, Request) && counts(one) && answerTo(one.id, found)?.head.body.answer === YES)
      .map(({ id }) => id),
    alarms: found.alarms.map(({ kind, message, people }) => [kind, message, ...people]),
    closed: found.closedBy,
    complete: found.messages.map(({ isComplete }) => isComplete),
    current: found.messages.map(({ head }) => held.isCurrent(b64(head.author))),
    ended: found.messages.map(({ ended }) => [...ended].sort()),
    happened: [received, answered, acknowledged, informed, closed],
    leftOut: [...found.leftOut].sort(),
    missing: found.missing.map(({ id, namedBy }) => [id, ...namedBy]),
    owed: Object.fromEntries(owed(found, held.personsOn(day) ?? [], shared)),
    order: found.messages.map(({ id }) => id),
    read: found.messages.map(({ id }) => [...found.readBy.get(id)!].sort()),
    readers: [...found.readers].sort(),
    readersThere: found.messages.map(({ readers }) => [...readers].sort()),
    seen: seenOf(found, author, new Set(screen)),
    standings: found.messages.map(({ standing }) => standing),
    waiting: found.waiting,
  };
}
