/**
 * What is known of each program: its findings, stage by stage, one after the other. The first stage looks only at what an
 * edit touched, and is run for every answer; of the others one that was cheap the last time is run at once, a dear one in
 * slices, when it is asked for. Until it is through, its findings of before stand where their statements still do, and
 * beside them those that it has found so far.
 */
import type { CancellationToken } from "vscode-languageserver";
import { FindingsByPlace, identity } from "../check/byPlace.ts";
import type { Code } from "../check/codes.ts";
import type { Finding } from "../check/finding.ts";
import type { Statement } from "../syntax/tree.ts";
import type { Session } from "./session.ts";
import { breathe, slice } from "./slices.ts";
import { STAGES, type Stage } from "./stages.ts";
import type { LoadedProgram } from "./workspace.ts";

/** What is run at once may take this long, in milliseconds; the stages that would go beyond it wait to be asked for. */
const AT_ONCE = 4;
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
  /** Whose findings it keeps: those of what it has seen, or is looking at. */
  readonly about?: LoadedProgram;
  readonly found: FindingsByPlace;
  /** Milliseconds of the last run. */
  cost: number;
}
/** Looked through when they are asked for: most of the time nobody does. */
const before = ({ results }: Analysis, index: number): Iterable<Finding> => ({
  *[Symbol.iterator]() {
    for (const { found } of results.slice(0, index)) yield* found.all();
  },
});

export class Analyses {
  readonly #analyses = new Map<string, Analysis>();
  /** Told when a stage that is not through has found something in the program of `root`. */
  onArrival: (root: string) => Promise<void> = async () => {};

  constructor(private readonly session: Session) {}

  #analysis(root: string): Analysis {
    let analysis = this.#analyses.get(root);
    if (analysis === undefined) {
      analysis = { results: STAGES.map(() => ({ found: new FindingsByPlace(), cost: 0 })), changes: 0 };
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
    for (const [index, { found }] of this.#analyses.get(root)?.results.entries() ?? []) release(index, found);
    this.#analyses.delete(root);
  }

  // ---- running ----------------------------------------------------------------------------------------------------

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
      const found = placeFor(loaded, index);
      const begun = performance.now();
      for (;;) {
        const step = steps.next();
        if (step.value) found.add(step.value);
        const spent = performance.now() - begun;
        if (step.done) {
          this.#put(analysis, index, { loaded, about: loaded, found, cost: spent });
          left -= spent;
          break;
        }
        // Dearer than it was: left for the silence.
        if (index > 0 && spent > 2 * AT_ONCE) {
          release(index, found);
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
    for (const root of workspace.rootsOf(uri)) this.#runCheap(root);
  }
  async #runFirst(root: string, analysis: Analysis, loaded: LoadedProgram): Promise<void> {
    const steps = (STAGES[0] as Stage).run(loaded, []);
    for (;;) {
      const step = slice(steps);
      if (step.done) this.#put(analysis, 0, { loaded, about: loaded, found: placeFor(loaded, 0), cost: 0 });
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
      const found = placeFor(loaded, index);
      /** Not told yet. */
      const arrived: Finding[] = [];
      const begun = performance.now();
      let arrives = ARRIVING;
      let spent = 0;
      for (;;) {
        // An edit, or whoever else wants the floor, comes first; then the program may be another.
        await breathe();
        if (this.session.workspace.program(root) !== loaded) {
          release(index, found);
          return news;
        }
        const from = performance.now();
        const step = slice(steps, (finding) => {
          if (finding === undefined) return;
          found.add(finding);
          arrived.push(finding);
        });
        spent += performance.now() - from;
        if (step.done) {
          this.#put(analysis, index, { loaded, about: loaded, found, cost: spent });
          news = true;
          break;
        }
        if (arrived.length === 0 || performance.now() - begun < arrives) continue;
        // Beside those of before that still stand.
        const told = this.#standing(analysis, index, loaded);
        this.#follow(analysis, index, loaded);
        for (const finding of arrived.splice(0)) told.add(finding);
        analysis.changes += 1;
        arrives = 2 * (performance.now() - begun);
        await this.onArrival(root);
      }
    }
    return news;
  }

  #put(analysis: Analysis, index: number, result: StageResult): void {
    const { found } = analysis.results[index] as StageResult;
    if (found !== result.found) release(index, found);
    analysis.results[index] = result;
    analysis.changes += 1;
  }

  // ---- answers ----------------------------------------------------------------------------------------------------

  /**
   * What is known of a document now, from every program that it is a part of. That nothing uses a declaration holds
   * only where no program does.
   */
  found(uri: string): readonly FindingsByPlace[] {
    const { workspace } = this.session;
    const [first = [], ...others] = workspace.rootsOf(uri).map((root) => {
      const loaded = workspace.program(root);
      const analysis = this.#analysis(root);
      if (loaded === undefined) return [];
      return analysis.results.map((_, index) => this.#standing(analysis, index, loaded));
    });
    if (others.length === 0) return first;
    const counts = new Map<string, { readonly finding: Finding; roots: number }>();
    for (const stages of [first, ...others])
      for (const finding of stages.flatMap((found) => [...found.of(uri)])) {
        const key = identity(finding);
        const known = counts.get(key);
        if (known) known.roots += 1;
        else counts.set(key, { finding, roots: 1 });
      }
    const all = new FindingsByPlace();
    for (const { finding, roots: of } of counts.values())
      if (!CODES_OF_ABSENCE.has(finding.code) || of === others.length + 1) all.add(finding);
    return [all];
  }

  /** The same as one, or of one statement. */
  *findings(uri: string, at?: Statement): Generator<Finding> {
    for (const found of this.found(uri))
      if (at === undefined) yield* found.of(uri);
      else
        for (const finding of found.between(uri, at.chunk.line, at.chunk.line))
          if (finding.place.at.statement === at) yield finding;
  }

  /** What a stage has found, as far as the statements are still there: its findings follow the edits. */
  #standing(analysis: Analysis, index: number, loaded: LoadedProgram): FindingsByPlace {
    const { results } = analysis;
    const result = results[index] as StageResult;
    const { about, found } = result;
    if (about === undefined || about.findings === loaded.findings) return found;
    // The program has been made anew, maybe of other documents.
    const same = about.program.documents.filter(
      ({ uri }) => loaded.program.document(uri) === about.program.document(uri),
    );
    found.keepOnly(new Set(same.map(({ uri }) => uri)));
    if (index > 0) this.#follow(analysis, index, loaded);
    return found;
  }
  #follow({ results }: Analysis, index: number, loaded: LoadedProgram): void {
    const result = results[index] as StageResult;
    results[index] = { ...result, about: loaded, found: result.found.follow(loaded.program.documents) };
  }
}

/** Where the findings of a run are kept: the first stage has its own place. */
const placeFor = ({ program, findings }: LoadedProgram, index: number): FindingsByPlace =>
  index === 0 ? findings.found : new FindingsByPlace().follow(program.documents);
/** Nobody looks at them any more. */
const release = (index: number, found: FindingsByPlace): void => {
  if (index > 0) found.stop();
};

/** Findings that say that nothing does something: another program that holds the document may. */
const CODES_OF_ABSENCE: ReadonlySet<Code> = new Set(["unused-declaration", "redirect-unplaced"]);
