/**
 * Findings on their way to the editor: pulled by clients that ask, pushed to those that do not. Each program's stages
 * are run one after the other. The first looks only at what an edit touched, and is run for every answer; of the others
 * one that was cheap the last time is run at once, a dear one after a short silence, in slices. Until it is through, its
 * findings of before stand where their statements still do, and beside them those that it has found so far.
 */
import type {
  CancellationToken,
  Connection,
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  ServerCapabilities,
  WorkspaceDiagnosticParams,
  WorkspaceDiagnosticReport,
} from "vscode-languageserver";
import { checkPart } from "../check/check.ts";
import type { Code } from "../check/codes.ts";
import type { Finding } from "../check/finding.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { diagnosticOf, identity, isAt, linesOf, moreThan, stands, told } from "./findings.ts";
import { encodePositions } from "./positions.ts";
import type { Session } from "./session.ts";
import { breathe, slice } from "./slices.ts";
import { STAGES, type Stage } from "./stages.ts";
import type { LoadedProgram } from "./workspace.ts";

/** After the last keystroke, in milliseconds: a pause in typing, not a gap between two keys. */
const SILENCE = 250;
/** What is run at once may take this long; the stages that would go beyond it wait for the silence. */
const AT_ONCE = 8;
/** What a dear stage has found is told when it has been at work for this long, and then each time it has been as long again. */
const ARRIVING = 250;
/** How long after a document was opened its first answer waits for the dear stages, too. */
const FIRST_ANSWER = 200;
/** The same where the client cannot be told that there is more. */
const ONLY_ANSWER = 1000;

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

export class Diagnostics {
  readonly #analyses = new Map<string, Analysis>();
  readonly #published = new Set<string>();
  readonly #made = new WeakMap<Finding, { readonly lines: readonly number[]; readonly diagnostic: Diagnostic }>();
  /** Open documents whose findings a push client has not got yet. */
  readonly #due = new Set<string>();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #soon = false;
  /** Documents of which the beginning was told while the rest was being read, and the version that was. */
  readonly #begun = new WeakMap<SourceDocument, number>();
  /** While a document that was just read is looked at for the first time. */
  first: Promise<void> | undefined;
  /** Tells this server's answers from those of the one before it. */
  readonly #sitting = Math.random().toString(36).slice(2, 8);

  constructor(
    private readonly session: Session,
    private readonly connection: Connection,
  ) {}

  get #pulls(): boolean {
    return this.session.client.textDocument?.diagnostic !== undefined;
  }

  capabilities(): ServerCapabilities {
    if (!this.#pulls) return {};
    return { diagnosticProvider: { identifier: "iochain", interFileDependencies: true, workspaceDiagnostics: true } };
  }

  /** Hands over the two requests of the pull model. */
  // biome-ignore lint/suspicious/noExplicitAny: parameters as they came over the wire.
  listen(on: (method: string, answer: (params: any, token: CancellationToken) => unknown) => void): void {
    on("textDocument/diagnostic", (params, token) => this.#document(params, token));
    on("workspace/diagnostic", (params, token) => this.#workspace(params, token));
  }

  // ---- changes ----------------------------------------------------------------------------------------------------

  /** `silence`: for how long nothing more must change before the dear stages begin. */
  changed(uri: string, silence = SILENCE): void {
    // Who imports whom is not known before, and an answer would wait for it anyway.
    const { done } = this.session.reading;
    if (done) {
      this.#guard(() => done.then(() => this.changed(uri, silence)));
      return;
    }
    for (const dependent of this.session.workspace.dependentsOf(uri)) this.#due.add(dependent);
    // What it imports may be used, or no longer used, by it.
    for (const imported of this.#importedBy(uri)) this.#due.add(imported);
    this.#schedule(silence);
  }
  #importedBy(uri: string): readonly string[] {
    const { workspace } = this.session;
    // One that was closed and that nobody knows otherwise is not read for it.
    if (!workspace.isKnown(uri) && workspace.dependentsOf(uri).size === 1) return [];
    return workspace.program(uri)?.program.documents.map((document) => document.uri) ?? [];
  }

  /** A long document has been opened: what is wrong in its first part is told before the rest is read. */
  async opening(document: SourceDocument, whole: Promise<void>): Promise<void> {
    const { uri, version } = document;
    if (!this.#pulls && !document.whole) {
      const { session } = this;
      const diagnostics = encodePositions(this.#early(document), uri, session.encoding, session.lineOf);
      this.#published.add(uri);
      await this.connection.sendDiagnostics({ uri, version, diagnostics });
    }
    await whole;
    if (this.session.workspace.document(uri) !== document) return;
    const first = this.#fresh(uri).finally(() => {
      if (this.first === first) this.first = undefined;
    });
    this.first = first;
    await first;
    // Nobody has typed anything yet.
    this.changed(uri, 0);
    if (this.#pulls) this.#refresh();
  }

  #early(document: SourceDocument): Diagnostic[] {
    const findings = told(checkPart(document), this.session.workspace.bounds.findings);
    return findings.flatMap((finding) => diagnosticOf(finding, this.session) ?? []);
  }

  /** Called while it is still open. */
  closing(uri: string): void {
    for (const imported of this.#importedBy(uri)) this.#due.add(imported);
  }
  closed(uri: string): void {
    this.#analyses.delete(uri);
    if (this.#published.delete(uri)) void this.connection.sendDiagnostics({ uri, diagnostics: [] });
    this.changed(uri);
  }

  everythingChanged(): void {
    for (const uri of this.session.workspace.openUris) this.#due.add(uri);
    this.#schedule();
    if (this.#pulls) this.#refresh();
  }

  #schedule(silence = SILENCE): void {
    if (!this.#pulls && !this.#soon) {
      this.#soon = true;
      setTimeout(() => {
        this.#soon = false;
        this.#guard(() => this.#publishDue());
      }, 0);
    }
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#guard(() => this.#finish()), silence);
  }

  #guard(run: () => Promise<void> | void): void {
    Promise.resolve()
      .then(run)
      .catch((error) => this.connection.console.error(`diagnostics: ${error instanceof Error ? error.stack : error}`));
  }

  async #publishDue(): Promise<void> {
    await this.session.reading.done;
    const due = [...this.#due];
    this.#due.clear();
    for (const uri of due) if (this.session.workspace.isOpen(uri)) await this.#publish(uri);
  }

  async #publish(uri: string): Promise<void> {
    await this.#fresh(uri);
    if (!this.session.workspace.isOpen(uri)) return;
    this.#published.add(uri);
    const diagnostics = this.#diagnosticsOf(uri);
    await this.connection.sendDiagnostics({
      uri,
      version: this.session.workspace.document(uri)?.version,
      diagnostics: encodePositions(diagnostics, uri, this.session.encoding, this.session.lineOf),
    });
  }

  /** In the silence: the dear stages of every open document; then the client hears of what they found. */
  async #finish(): Promise<void> {
    let news = false;
    await this.session.reading.done;
    for (const uri of this.session.workspace.openUris) {
      let later = false;
      for (const root of this.session.workspace.rootsOf(uri)) later = (await this.#runAll(root)) || later;
      if (later && !this.#pulls) await this.#publish(uri);
      news ||= later;
    }
    this.session.rest();
    if (!news) return;
    if (this.#pulls) this.#refresh();
    this.session.lensesChanged();
  }

  get #canRefresh(): boolean {
    return this.session.client.workspace?.diagnostics?.refreshSupport === true;
  }
  #refresh(): void {
    if (this.#canRefresh) this.connection.sendRequest("workspace/diagnostic/refresh").catch(() => {});
  }

  // ---- running ----------------------------------------------------------------------------------------------------

  #analysis(root: string): Analysis {
    let analysis = this.#analyses.get(root);
    if (analysis === undefined) {
      analysis = { results: STAGES.map(() => ({ findings: [], cost: 0 })), changes: 0 };
      this.#analyses.set(root, analysis);
    }
    return analysis;
  }

  /** Whether every stage has seen the program as it is now. */
  #settled(root: string): boolean {
    const loaded = this.session.workspace.program(root);
    return this.#analysis(root).results.every((result) => result.loaded === loaded);
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
  async #fresh(uri: string, token?: CancellationToken): Promise<void> {
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
  async #runAll(root: string): Promise<boolean> {
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
        await this.#arrived(root);
      }
    }
    return news;
  }

  /** Tells the client of what a stage has found although it is not through. */
  async #arrived(root: string): Promise<void> {
    if (this.#pulls) return this.#refresh();
    for (const uri of this.session.workspace.openUris)
      if (this.session.workspace.rootsOf(uri).includes(root)) await this.#publish(uri);
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

  /** The same as before, where nothing that it speaks of has moved: after a key that holds of nearly all. */
  #diagnosticOf(finding: Finding): Diagnostic | undefined {
    const known = this.#made.get(finding);
    if (known !== undefined && isAt(finding, known.lines)) return known.diagnostic;
    const diagnostic = diagnosticOf(finding, this.session);
    if (diagnostic !== undefined) this.#made.set(finding, { lines: linesOf(finding), diagnostic });
    return diagnostic;
  }

  /** What the client is told of a document, by place. Of too many the gravest, and how many there are. */
  #diagnosticsOf(uri: string): Diagnostic[] {
    const findings = this.findings(uri);
    const most = this.session.workspace.bounds.findings;
    const all = told(findings, most).flatMap((finding) => this.#diagnosticOf(finding) ?? []);
    all.sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
    if (findings.length > most) all.unshift(moreThan(most, findings.length));
    return all;
  }

  /** The findings that stand now and their diagnostics, for code actions. */
  current(uri: string): { readonly finding: Finding; readonly diagnostic: Diagnostic }[] {
    return this.findings(uri).flatMap((finding) => {
      const diagnostic = this.#diagnosticOf(finding);
      return diagnostic ? [{ finding, diagnostic }] : [];
    });
  }

  /** The findings of a document as soon as the cheap ones are there: what code actions and lenses ask. */
  ready(uri: string): void {
    for (const root of this.session.workspace.rootsOf(uri)) this.#runCheap(root);
  }

  async #document(params: DocumentDiagnosticParams, token: CancellationToken): Promise<DocumentDiagnosticReport> {
    const { uri } = params.textDocument;
    const { workspace } = this.session;
    const document = workspace.document(uri);
    if (document === undefined) return { kind: "full", items: [] };
    const { reading } = this.session;
    if (reading.done) {
      const begun = document.part.length > 0 && !document.whole;
      if (begun && this.#canRefresh && this.#begun.get(document) !== document.version) {
        this.#begun.set(document, document.version);
        return { kind: "full", items: this.#early(document) };
      }
      await reading.done;
    }
    const roots = workspace.rootsOf(uri);
    const unseen = roots.some((root) => this.#analysis(root).results.some(({ loaded }) => loaded === undefined));
    await this.#fresh(uri, token);
    const most = this.#canRefresh ? FIRST_ANSWER : ONLY_ANSWER;
    const left = workspace.openedAt(uri) + most - performance.now();
    if (unseen && left > 0 && !roots.every((root) => this.#settled(root))) {
      const all = Promise.all(roots.map((root) => this.#runAll(root)));
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, left))]);
    }
    if (token.isCancellationRequested) await breathe(token);
    return this.#report(uri, params.previousResultId);
  }

  #report(uri: string, previous: string | undefined): DocumentDiagnosticReport {
    const resultId = this.#stateOf(uri);
    if (resultId === previous) return { kind: "unchanged", resultId };
    return { kind: "full", resultId, items: this.#diagnosticsOf(uri) };
  }

  /** One text for equal answers: which programs are looked at, and how often they have been answered about. */
  #stateOf(uri: string): string {
    const { workspace } = this.session;
    const states = workspace
      .rootsOf(uri)
      .map((root) => `${workspace.program(root)?.id}.${this.#analysis(root).changes}`);
    return `${this.#sitting}-${states.join("-")}`;
  }

  async #workspace(params: WorkspaceDiagnosticParams, token: CancellationToken): Promise<WorkspaceDiagnosticReport> {
    const { workspace } = this.session;
    const previous = new Map((params.previousResultIds ?? []).map(({ uri, value }) => [uri, value]));
    const items: WorkspaceDiagnosticReport["items"] = [];
    for (const uri of workspace.knownUris) {
      const document = workspace.document(uri);
      if (document !== undefined) await this.session.reading.all(document);
      for (const root of workspace.rootsOf(uri)) await this.#runAll(root);
      await breathe(token);
      if (workspace.document(uri) === undefined) continue;
      const version = workspace.isOpen(uri) ? (workspace.document(uri)?.version ?? null) : null;
      const report = this.#report(uri, previous.get(uri));
      items.push({
        ...report,
        uri,
        version,
        ...(report.kind === "full" && {
          items: encodePositions(report.items, uri, this.session.encoding, this.session.lineOf),
        }),
      } as WorkspaceDiagnosticReport["items"][number]);
    }
    return { items };
  }
}

/** Findings that say that nothing does something: another program that holds the document may. */
const CODES_OF_ABSENCE: ReadonlySet<Code> = new Set(["unused-declaration", "redirect-unplaced"]);
