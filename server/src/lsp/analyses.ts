/**
 * What is known of each program: its findings, stage by stage, one after the other. The first stage looks only at what an
 * edit touched, and is run for every answer; of the others one that was cheap the last time is run at once, a dear one in
 * slices, when it is asked for. Until it is through, its findings of before stand where their statements still do, and
 * beside them those that it has found so far.
 */
import type { CancellationToken } from "vscode-languageserver";
import type { Code } from "../check/codes.ts";
import type { Finding } from "../check/finding.ts";
import { identity, stands } from "./findings.ts";
import type { Session } from "./session.ts";
import { breathe, slice } from "./slices.ts";
import { STAGES, type Stage } from "./stages.ts";
import type { LoadedProgram } from "./workspace.ts";

/** What is run at once may take this long, in milliseconds; the stages that would go beyond it wait to be asked for. */
const AT_ONCE = 8;
/** What a dear stage has found is told when it has been at work for this long, and then each time it has been as long again. */
const ARRIVING = 250;

/** What is known of the program of one root, stage by stage. */
interface Analysis {
  readonly results: StageResult[];
  /** Counts the results: equal counts, equal answers. */
  changes: number;
  running?: { readonly loaded: LoadedProgram; readonly run: Promise<boolean> };
  /** The same of the first stage alone. */
  first?: { readonly loaded: LoadedProgram; readonly run: Promise<void> };
}
interface StageResult {
  /** What it has seen; undefined before its first run. */
  readonly loaded?: LoadedProgram;
  /** What its findings are about: what it has seen, or is looking at. */
  readonly about?: LoadedProgram;
  readonly findings: readonly Finding[];
  /** Milliseconds of the last run. */
  cost: number;
}
const before = ({ results }: Analysis, index: number): readonly Finding[] =>
  results.slice(0, index).flatMap(({ findings }) => findings);

export class Analyses {
  readonly #analyses = new Map<string, Analysis>();
  /** Told when a stage that is not through has found something in the program of `root`. */
  onArrival: (root: string) => Promise<void> = async () => {};

  constructor(private readonly session: Session) {}

  #analysis(root: string): Analysis {
    let analysis = this.#analyses.get(root);
    if (analysis === undefined) {
      analysis = { results: STAGES.map(() => ({ findings: [], cost: 0 })), changes: 0 };
      this.#analyses.set(root, analysis);
    }
    return analysis;
  }

  /** Whether every stage has seen the program as it is now. */
  isSettled(root: string): boolean {
    const loaded = this.session.workspace.program(root);
    return this.#analysis(root).results.every((result) => result.loaded === loaded);
  }

  /** Whether every stage has been through once. */
  isSeen(root: string): boolean {
    return this.#analysis(root).results.every(({ loaded }) => loaded !== undefined);
  }
  /** Equal texts, equal findings: which program is looked at, and how often it has been answered about. */
  stateOf(root: string): string {
    return `${this.session.workspace.program(root)?.id}.${this.#analysis(root).changes}`;
  }
  forget(root: string): void {
    this.#analyses.delete(root);
  }

  // ---- running ----------------------------------------------------------------------------------------------------

  /** The findings of a document as soon as the cheap ones are there: what code actions and lenses ask. */
  ready(uri: string): void {
    for (const root of this.session.workspace.rootsOf(uri)) this.#runCheap(root);
  }

  /** Runs the stages that have not seen the program as it is now and were cheap the last time, without a pause. */
  #runCheap(root: string): void {
    const analysis = this.#analysis(root);
    const loaded = this.session.workspace.program(root);
    if (loaded === undefined) return;
    let left = AT_ONCE;
    for (const [index, stage] of STAGES.entries()) {
      const result = analysis.results[index] as StageResult;
      if (result.loaded === loaded) continue;
      if (index > 0 && result.cost > left) return;
      const steps = stage.run(loaded, before(analysis, index));
      const begun = performance.now();
      for (;;) {
        const step = steps.next();
        const spent = performance.now() - begun;
        if (step.done) {
          this.#found(analysis, index, { loaded, about: loaded, findings: step.value, cost: spent });
          left -= spent;
          break;
        }
        // Dearer than it was: left for the silence.
        if (index > 0 && spent > 2 * AT_ONCE) {
          result.cost = spent;
          return;
        }
      }
    }
  }

  /** Runs the first stage for a document, in slices where there is much to look at, and then what is cheap. */
  async fresh(uri: string, token?: CancellationToken): Promise<void> {
    const { workspace } = this.session;
    for (const root of workspace.rootsOf(uri))
      for (;;) {
        const loaded = workspace.program(root);
        const analysis = this.#analysis(root);
        if (loaded === undefined || analysis.results[0]?.loaded === loaded) break;
        // Whoever else asks waits for the same run.
        if (analysis.first?.loaded !== loaded) analysis.first = { loaded, run: this.#runFirst(root, analysis, loaded) };
        await analysis.first.run;
        if (token?.isCancellationRequested) await breathe(token);
      }
    this.ready(uri);
  }
  async #runFirst(root: string, analysis: Analysis, loaded: LoadedProgram): Promise<void> {
    const steps = (STAGES[0] as Stage).run(loaded, []);
    for (;;) {
      const step = slice(steps);
      if (step.done) this.#found(analysis, 0, { loaded, about: loaded, findings: step.value, cost: 0 });
      else await breathe();
      if (step.done || this.session.workspace.program(root) !== loaded) return;
    }
  }

  /** Runs all that has not seen the program as it is now, in slices. True when a stage found out something. */
  async runAll(root: string): Promise<boolean> {
    const analysis = this.#analysis(root);
    const loaded = this.session.workspace.program(root);
    if (loaded === undefined) return false;
    if (analysis.running?.loaded !== loaded) {
      const run = this.#runSlices(root, analysis, loaded);
      analysis.running = { loaded, run };
    }
    return analysis.running.run;
  }

  async #runSlices(root: string, analysis: Analysis, loaded: LoadedProgram): Promise<boolean> {
    let news = false;
    for (const [index, stage] of STAGES.entries()) {
      if (analysis.results[index]?.loaded === loaded) continue;
      const steps = stage.run(loaded, before(analysis, index));
      const found: Finding[] = [];
      const begun = performance.now();
      let arrives = ARRIVING;
      let spent = 0;
      for (;;) {
        // An edit, or whoever else wants the floor, comes first; then the program may be another.
        await breathe();
        if (this.session.workspace.program(root) !== loaded) return news;
        const from = performance.now();
        const step = slice(steps, (finding) => finding && found.push(finding));
        spent += performance.now() - from;
        if (step.done) {
          this.#found(analysis, index, { loaded, about: loaded, findings: step.value, cost: spent });
          news = true;
          break;
        }
        if (found.length === 0 || performance.now() - begun < arrives) continue;
        const result = analysis.results[index] as StageResult;
        const standing = this.#stillThere(result);
        this.#found(analysis, index, { ...result, about: loaded, findings: [...standing, ...found.splice(0)] });
        arrives = 2 * (performance.now() - begun);
        await this.onArrival(root);
      }
    }
    return news;
  }

  #found(analysis: Analysis, index: number, { findings, ...result }: StageResult): void {
    // What is said twice of one place is told once.
    const told = new Map(findings.map((finding) => [identity(finding), finding]));
    analysis.results[index] = { ...result, findings: [...told.values()] };
    analysis.changes += 1;
  }

  // ---- answers ----------------------------------------------------------------------------------------------------

  /**
   * What is known of a document now, from every program that it is a part of. That nothing uses a declaration holds
   * only where no program does.
   */
  findings(uri: string): Finding[] {
    const [first = [], ...others] = this.session.workspace.rootsOf(uri).map((root) => this.#standing(root, uri));
    if (others.length === 0) return first;
    const counts = new Map<string, { readonly finding: Finding; roots: number }>();
    for (const findings of [first, ...others])
      for (const finding of findings) {
        const key = identity(finding);
        const known = counts.get(key);
        if (known) known.roots += 1;
        else counts.set(key, { finding, roots: 1 });
      }
    return [...counts.values()]
      .filter(({ finding, roots: of }) => !CODES_OF_ABSENCE.has(finding.code) || of === others.length + 1)
      .map(({ finding }) => finding);
  }

  /** What the stages of a program say of a document, as far as what it is about is still there. */
  #standing(root: string, uri: string): Finding[] {
    const loaded = this.session.workspace.program(root);
    return this.#analysis(root).results.flatMap((result) => {
      const findings = result.findings.filter(({ place }) => place.at.uri === uri);
      return result.loaded === loaded ? findings : this.#stillThere({ ...result, findings });
    });
  }
  /** Those of which the statements are still there. */
  #stillThere({ about, findings }: StageResult): Finding[] {
    const { workspace } = this.session;
    const same = about?.program.documents.filter((document) => workspace.document(document.uri) === document) ?? [];
    const uris = new Set(same.map(({ uri }) => uri));
    return findings.filter((finding) => stands(finding, uris));
  }
}

/** Findings that say that nothing does something: another program that holds the document may. */
const CODES_OF_ABSENCE: ReadonlySet<Code> = new Set(["unused-declaration", "redirect-unplaced"]);
