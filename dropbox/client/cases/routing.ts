// Who gets a report, SPEC.md 7.6: from its topic and whom it is about, by the signed policy; it seals and sends nothing.

import type { Members } from "../policy/policy.ts";
import type { Role } from "../policy/shapes.ts";
import type { Recipient } from "../roster/roster.ts";

/** What a report is about, as far as it decides who gets it; `people` are identities. */
export interface Matter {
  readonly topic: string;
  readonly board: boolean;
  readonly people: ReadonlySet<string>;
}

/** Why somebody cannot be chosen: it is about them, about the board, not for their role, or they have no key today. */
export type Reason = "about" | "board" | "role" | "key";

/** `reads` gets it unless the reporter takes them off, `added` only when the reporter adds them. */
export interface Place {
  readonly recipient: Recipient;
  readonly state: "reads" | "added" | Reason;
}

/** Who can receive today: `reachable` have a key to seal to, `away` are not there. */
export interface Presence {
  readonly reachable: ReadonlySet<string>;
  readonly away: ReadonlySet<string>;
}

/**
 * Return the place of everyone in `receiving`, in its order.
 *
 * A topic that the policy does not have is its last one.
 */
export function route(
  { topics, routing, chair }: Members,
  receiving: readonly Recipient[],
  matter: Matter,
  { reachable, away }: Presence,
): readonly Place[] {
  const topic = topics.find(({ id }) => id === matter.topic) ?? topics.at(-1)!;
  const all = isAboutAll(receiving, matter, chair);
  const concerned = receiving.filter(({ identity }) => matter.people.has(identity)).map(({ role }) => role);
  let reads: readonly Role[] = topic.readers;
  let added: readonly Role[] = topic.may_add;
  if (all) [reads, added] = [routing.all, []];
  else if (concerned.includes("secretaris")) [reads, added] = [routing.secretaris, []];
  else if (concerned.includes("bestuur")) [reads, added] = [routing.bestuur, topic.may_add];
  const present = receiving.some(({ role, identity }) => role === "secretaris" && !away.has(identity));
  if (reads.includes("secretaris") && !present) reads = [...reads, ...routing.away];

  const stateOf = ({ identity, role }: Recipient): Place["state"] => {
    if (matter.people.has(identity)) return "about";
    if (all && role !== "external") return "board";
    if (!reads.includes(role) && !added.includes(role)) return "role";
    if (!reachable.has(identity)) return "key";
    return reads.includes(role) ? "reads" : "added";
  };
  return receiving.map((recipient) => ({ recipient, state: stateOf(recipient) }));
}

/** Whether it is about the chair, the whole board, or a secretaris and somebody of the board. */
function isAboutAll(receiving: readonly Recipient[], { board, people }: Matter, chair: string): boolean {
  const about = receiving.filter(({ identity }) => people.has(identity));
  const members = receiving.filter(({ role }) => role === "bestuur");
  const named = about.filter(({ role }) => role === "bestuur");
  return (
    board ||
    (members.length > 0 && named.length === members.length) ||
    named.some(({ name }) => chair !== "" && name === chair) ||
    (named.length > 0 && about.some(({ role }) => role === "secretaris"))
  );
}
