// What a reporter can say beside words: consent, minutes, letting in, a name, a rating, to withdraw, to leave for good.

import type { ShownMessage, ShownThread, Word } from "../protocol.ts";
import { choice } from "./choices.ts";
import { textIn } from "./conversation.ts";
import { control, mistakeInText, showMistakes } from "./fields.ts";
import { namesOf, person } from "./people.ts";
import { hand } from "./saving.ts";
import { type Act, onPress, part, piece } from "./stage.ts";
import type { TalkSteps } from "./talk.ts";
import { dated, words } from "./words.ts";

type Refuse = (family: string) => (error: unknown) => void;
type Turn = (act: Act) => () => void;

/** The ways to speak that one talk has at the moment. */
export class Wishes {
  readonly #steps: TalkSteps;
  readonly #step: HTMLElement;
  readonly #inTurn: Turn;
  readonly #look: () => Promise<boolean>;
  readonly #refuseAs: Refuse;
  #thread: ShownThread | null = null;
  readonly #picked = new Set<string>();

  constructor(steps: TalkSteps, step: HTMLElement, inTurn: Turn, look: () => Promise<boolean>, refuseAs: Refuse) {
    this.#steps = steps;
    this.#step = step;
    this.#inTurn = inTurn;
    this.#look = look;
    this.#refuseAs = refuseAs;
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

  /** Show what can be said now. */
  show(thread: ShownThread): void {
    this.#thread = thread;
    const step = this.#step;
    const counting = thread.messages.filter(({ standing }) => standing === "counts").map(({ kind }) => kind);
    const last = (kind: string): number => counting.lastIndexOf(kind);
    const { late, offered, clocks, outside, entered } = thread;
    part(step, "late").hidden = !late;
    part(step, "offer").hidden = offered.length === 0;
    part(step, "late-to").textContent = offered.length === 0 ? "" : words("late-to", { people: namesOf(offered) });
    part(step, "others").hidden = outside.length === 0 || entered !== null;
    this.#picked.clear();
    part(step, "left-out").replaceChildren(...outside.map((one) => this.#box(one)));
    part(step, "rating").hidden = last("closed") === -1 || last("rating") > last("closed");
    part(step, "withdrawing").hidden = last("report-withdrawn") !== -1;
    part(step, "unproved").hidden = clocks?.acknowledged !== null;
    part(step, "prove").hidden = clocks?.acknowledged === null;
  }

  /** Show under a message how it can be answered, or how it was. */
  attach(item: HTMLElement, message: ShownMessage, { messages, entered }: ShownThread): void {
    const { kind, id, author, people, standing } = message;
    // What changes nothing asks for nothing: who reads here no more could let others in by a request.
    if (author === null || standing !== "counts") return;
    if (kind === "request" && entered === null) {
      const asked = people.map(({ person: one }) => one);
      const said = messages.filter((one) => one.holds && one.body["request"] === id).at(-1);
      this.#answering(item, "asking", (place) => {
        const given = said === undefined ? "" : textIn(said.body, "answer");
        part(place, "state").textContent = said === undefined ? "" : words(`consent-${given}`, { day: dated(said.day) });
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
    const { stage, desk, during } = this.#steps;
    showMistakes(this.#step, []);
    stage.say(words("step-sending"));
    await during(desk.ask("say", { word }));
    await this.#seen(done);
  }

  async #seen(done: string): Promise<void> {
    await this.#look();
    this.#steps.stage.say(words(done));
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

  /** Say that they may read it after all. */
  async #admit(people: readonly string[]): Promise<void> {
    if (people.length === 0) {
      showMistakes(this.#step, [{ field: "admitted", sentence: words("mistake-admitted") }]);
      return;
    }
    await this.#say({ kind: "consent", answer: "yes", people: [...people].sort(), request: null }, "said-admitted");
  }

  async #prove(): Promise<void> {
    const { stage, desk } = this.#steps;
    const { blob } = await desk.ask("prove", {});
    hand(blob, words("proof-name"));
    stage.say(words("proved"));
  }

  async #leave(): Promise<void> {
    const { stage, desk, during, back } = this.#steps;
    stage.say(words("step-sending"));
    await during(desk.ask("say", { word: { kind: "left" } }));
    await during(desk.ask("leave", {}));
    const step = stage.show("ended");
    onPress(part(step, "again"), back);
  }

  #box(one: ShownThread["outside"][number]): HTMLElement {
    const name = person(one.name, one.role);
    return choice(one.about ? words("about-them", { name }) : name, false, (on) => {
      if (on) this.#picked.add(one.person);
      else this.#picked.delete(one.person);
    });
  }
}
