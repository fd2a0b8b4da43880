// Routing: who receives a report, SPEC 7.8, by its topic and the people it is about, according to the signed policy.

import type { Members } from "../policy/policy.ts";
import type { Role } from "../policy/shapes.ts";
import type { Recipient } from "../roster/roster.ts";

/** The part of a report's subject that decides who receives it; `people` are persons. */
export interface Matter {
  readonly topic: string;
  readonly board: boolean;
  readonly people: ReadonlySet<string>;
}

/** Why a recipient cannot be chosen: the report is about them, about the board, or not for their role. */
type Reason = "about" | "board" | "role";

/** `reads` receives the report unless the reporter removes them, `added` only if the reporter adds them. */
export interface Place {
  readonly recipient: Recipient;
  readonly state: "reads" | "added" | Reason;
}

/**
 * Return the place of everyone in `receiving`, in the same order.
 *
 * `away` are persons who are away according to themselves or the policy. A recipient without a key to seal to today
 * keeps their place: they are a reader, and are named in `missing`. An unknown topic is treated as the policy's last
 * one.
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

/** Whether a report is about the chair, the whole board, or a secretaris and a member of the board. */
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
