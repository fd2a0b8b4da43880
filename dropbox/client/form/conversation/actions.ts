// The reporter's actions besides answering: consent, minutes, letting in, a name, a rating, withdrawing, leaving
// permanently.

import type { ShownMessage, ShownThread, Word } from "../../shared/protocol.ts";
import { choice } from "../choices.ts";
import { control, mistakeInText, showMistakes } from "../fields.ts";
import { namesOf, person } from "../people.ts";
import { hand } from "../file_download.ts";
import { type Act, onPress, part, piece } from "../dom.ts";
import type { Context } from "../context.ts";
import { dated, words } from "../messages.ts";

type Refuse = (family: string) => (error: unknown) => void;
type Turn = (act: Act) => () => void;

/** The actions that the reporter can take in a thread at the moment. */
export class Actions {
  readonly #context: Context;
  readonly #step: HTMLElement;
  readonly #inTurn: Turn;
  readonly #look: () => Promise<boolean>;
  readonly #refuseAs: Refuse;
  readonly #ended: () => void;
  #thread: ShownThread | null = null;
  readonly #picked = new Set<string>();

  constructor(
    context: Context,
    step: HTMLElement,
    inTurn: Turn,
    look: () => Promise<boolean>,
    refuseAs: Refuse,
    ended: () => void,
  ) {
    this.#context = context;
    this.#step = step;
    this.#inTurn = inTurn;
    this.#look = look;
    this.#refuseAs = refuseAs;
    this.#ended = ended;
    this.#press("name", () => this.#sayText("identity", "said-identity"));
    this.#press("withdraw", () => this.#withdraw());
    this.#press("admit", () => this.#admit([...this.#picked]));
    this.#press("offer", () => this.#admit((this.#thread?.offered ?? []).map(({ person: id }) => id)));
    this.#press("prove", () => this.#prove());
    this.#press("end", () => this.#leave());
    onPress(part(step, "end-first"), () => {
      part(step, "sure").hidden = false;
      part(step, "end").focus();
    });
    for (const answer of ["yes", "partly", "no"] as const) this.#press(`rate-${answer}`, () => this.#rate(answer));
  }

  /** Show the actions that are available now. */
  show(thread: ShownThread): void {
    this.#thread = thread;
    const step = this.#step;
    const counting = thread.messages.filter(({ standing }) => standing === "counts").map(({ kind }) => kind);
    const last = (kind: string): number => counting.lastIndexOf(kind);
    const { late, offered, clocks, outside, entered } = thread;
    part(step, "late").hidden = !late;
    part(step, "offering").hidden = offered.length === 0;
    part(step, "late-to").textContent = offered.length === 0 ? "" : words("late-to", { people: namesOf(offered) });
    part(step, "others").hidden = outside.length === 0 || entered !== null;
    this.#picked.clear();
    part(step, "left-out").replaceChildren(...outside.map((one) => this.#box(one)));
    part(step, "rating").hidden = last("closed") === -1 || last("rating") > last("closed");
    part(step, "withdrawing").hidden = last("report-withdrawn") !== -1;
    part(step, "unproved").hidden = clocks?.acknowledged !== null;
    part(step, "prove").hidden = clocks?.acknowledged === null;
  }

  /** Show the possible replies to a message under it, or the reply that was given. */
  attach(item: HTMLElement, message: ShownMessage, { messages, entered }: ShownThread): void {
    const { kind, id, author, people, standing, answer: said } = message;
    // A message that changes nothing asks for nothing: otherwise a former reader could let others in by a request.
    if (author === null || standing !== "counts") return;
    if (kind === "request" && entered === null) {
      const asked = people.map(({ person: one }) => one);
      this.#answering(item, "asking", (place) => {
        const given = said?.given ?? "";
        part(place, "state").textContent = said === null ? "" : words(`consent-${given}`, { day: dated(said.day) });
        for (const answer of ["yes", "no", "withdrawn"] as const) {
          const shown = answer === "withdrawn" ? given === "yes" : given !== "yes" && given !== answer;
          part(place, answer).hidden = !shown;
          onPress(part(place, answer), this.#turn(() => this.#say({ kind: "consent", answer, people: asked, request: id }, "said-answer")));
        }
      });
    } else if (kind === "minutes") {
      if (messages.some((one) => one.kind === "agreed" && one.body["minutes"] === id)) return;
      this.#answering(item, "agreeing", (place) => {
        const area = place.querySelector("textarea");
        const text = (): string => area?.value ?? "";
        onPress(part(place, "yes"), this.#turn(() => this.#say({ kind: "agreed", answer: "yes", minutes: id, text: "" }, "said-answer")));
        onPress(part(place, "no"), this.#turn(() => this.#say({ kind: "agreed", answer: "no", minutes: id, text: text() }, "said-answer")));
      });
    }
  }

  #answering(item: HTMLElement, name: string, fill: (place: HTMLElement) => void): void {
    const place = piece(name);
    fill(place);
    part(item, "reply").replaceChildren(place);
  }

  #press(name: string, act: Act): void {
    onPress(part(this.#step, name), this.#turn(act));
  }

  #turn(act: Act): () => void {
    return this.#inTurn(() => act().catch(this.#refuseAs("send")));
  }

  async #say(word: Word, done: string): Promise<void> {
    const { steps, worker, during } = this.#context;
    showMistakes(this.#step, []);
    steps.say(words("step-sending"));
    await during(worker.call("say", { word }));
    await this.#seen(done);
  }

  async #seen(done: string): Promise<void> {
    await this.#look();
    this.#context.steps.say(words(done));
  }

  async #sayText(kind: "identity" | "report-withdrawn", done: string): Promise<void> {
    const area = control(this.#step, kind);
    const sentence = kind === "report-withdrawn" && area.value.trim() === "" ? null : mistakeInText(area.value);
    showMistakes(this.#step, sentence === null ? [] : [{ field: kind, sentence }]);
    if (sentence !== null) return;
    await this.#say({ kind, text: area.value.trim() }, done);
    area.value = "";
  }

  #withdraw(): Promise<void> {
    return this.#sayText("report-withdrawn", "said-report-withdrawn");
  }

  async #rate(answer: "yes" | "partly" | "no"): Promise<void> {
    const area = control(this.#step, "rating");
    await this.#say({ kind: "rating", answer, text: area.value.trim() }, "said-rating");
    area.value = "";
  }

  /** Let these people read the case after all. */
  async #admit(people: readonly string[]): Promise<void> {
    if (people.length === 0) {
      showMistakes(this.#step, [{ field: "admitted", sentence: words("mistake-admitted") }]);
      return;
    }
    await this.#say({ kind: "consent", answer: "yes", people: [...people].sort(), request: null }, "said-admitted");
  }

  async #prove(): Promise<void> {
    const { steps, worker } = this.#context;
    const { blob } = await worker.call("prove", {});
    hand(blob, words("proof-name"));
    steps.say(words("proved"));
  }

  async #leave(): Promise<void> {
    const { steps, worker, during } = this.#context;
    steps.say(words("step-sending"));
    await during(worker.call("say", { word: { kind: "left" } }));
    await during(worker.call("leave", {}));
    this.#ended();
  }

  #box(one: ShownThread["outside"][number]): HTMLElement {
    const name = person(one.name, one.role);
    return choice(one.about ? words("about-them", { name }) : name, false, (on) => {
      if (on) this.#picked.add(one.person);
      else this.#picked.delete(one.person);
    });
  }
}
