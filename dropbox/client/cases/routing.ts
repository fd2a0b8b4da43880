// Who gets a report, SPEC 7.8: from its topic and whom it is about, by the signed policy.

import type { Members } from "../policy/policy.ts";
import type { Role } from "../policy/shapes.ts";
import type { Recipient } from "../roster/roster.ts";

/** What a report is about, as far as it decides who gets it; `people` are persons. */
export interface Matter {
  readonly topic: string;
  readonly board: boolean;
  readonly people: ReadonlySet<string>;
}

/** Why somebody cannot be chosen: it is about them, about the board, or not for their role. */
export type Reason = "about" | "board" | "role";

/** `reads` gets it unless the reporter takes them off, `added` only when the reporter adds them. */
export interface Place {
  readonly recipient: Recipient;
  readonly state: "reads" | "added" | Reason;
}

/**
 * Return the place of everyone in `receiving`, in its order.
 *
 * `away` are those who are away by their own or the policy's word. A recipient without a key to seal to today keeps their
 * place: they are a reader, and stand in `missing`. A topic that the policy does not have is its last one.
 */
export function route(
  { topics, routing, chair }: Members,
  receiving: readonly Recipient[],
  matter: Matter,
  away: ReadonlySet<string>,
): readonly Place[] {
  const topic = topics.find(({ id }) => id === matter.topic) ?? topics.at(-1)!;
  const all = isAboutAll(receiving, matter, chair);
  const concerned = receiving.filter(({ person }) => matter.people.has(person)).map(({ role }) => role);
  let reads: readonly Role[] = topic.readers;
  let added: readonly Role[] = topic.may_add;
  if (all) [reads, added] = [routing.all, []];
  else if (concerned.includes("secretaris")) [reads, added] = [routing.secretaris, []];
  else if (concerned.includes("bestuur")) [reads, added] = [routing.bestuur, topic.may_add];
  const present = receiving.some(({ role, person }) => role === "secretaris" && !away.has(person));
  if (reads.includes("secretaris") && !present) reads = [...reads, ...routing.away];

  const stateOf = ({ person, role }: Recipient): Place["state"] => {
    if (matter.people.has(person)) return "about";
    if (all && role !== "external") return "board";
    if (!reads.includes(role) && !added.includes(role)) return "role";
    return reads.includes(role) ? "reads" : "added";
  };
  return receiving.map((recipient) => ({ recipient, state: stateOf(recipient) }));
}

/** Say whether it is about the chair, the whole board, or a secretaris and somebody of the board. */
export function isAboutAll(
  receiving: readonly Recipient[],
  { board, people }: Pick<Matter, "board" | "people">,
  chair: string,
): boolean {
  const about = receiving.filter(({ person }) => people.has(person));
  const members = receiving.filter(({ role }) => role === "bestuur");
  const named = about.filter(({ role }) => role === "bestuur");
  return (
    board ||
    (members.length > 0 && named.length === members.length) ||
    named.some(({ name }) => chair !== "" && name === chair) ||
    (named.length > 0 && about.some(({ role }) => role === "secretaris"))
  );
}
