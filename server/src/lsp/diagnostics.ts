/**
 * Findings on their way to the editor: pulled by clients that ask, pushed to those that do not. What is dear to find out
 * is begun after a short silence, and told when it is there.
 */
import type {
  CancellationToken,
  Connection,
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  WorkspaceDiagnosticParams,
  WorkspaceDiagnosticReport,
} from "vscode-languageserver";
import { FindingsByPlace, gravest } from "../check/byPlace.ts";
import { checkPart } from "../check/check.ts";
import type { Finding } from "../check/finding.ts";
import type { Reported, Wanted } from "../ide/codeActions.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { written } from "../wire/framing.ts";
import type { Analyses } from "./analyses.ts";
import type { Answers } from "./features.ts";
import { diagnosticOf, isAt, linesOf, moreThan } from "./findings.ts";
import { encodePositions } from "./positions.ts";
import type { Session } from "./session.ts";
import { breathe } from "./slices.ts";
import { LastTold, type Told } from "./told.ts";

/** After the last keystroke, in milliseconds: a pause in typing, not a gap between two keys. */
const SILENCE = 250;
/** How long after a document was opened its first answer waits for the dear stages, too. */
const FIRST_ANSWER = 200;
/** The same where the client cannot be told that there is more. */
const ONLY_ANSWER = 1000;

const encoder = new TextEncoder();

/** A finding as it was told when what it speaks of began at these lines. */
interface Made {
  readonly lines: readonly number[];
  readonly diagnostic: Diagnostic;
  /** The same with positions as the client counts them. */
  readonly encoded: Diagnostic;
}

export class Diagnostics {
  readonly #published = new Set<string>();
  readonly #made = new WeakMap<Finding, Made>();
  /** Open documents whose findings a push client has not got yet. */
  readonly #due = new Set<string>();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #soon = false;
  /** Documents of which the beginning was told while the rest was being read, and the version that was. */
  readonly #begun = new WeakMap<SourceDocument, number>();
  /** While a document that was just read is looked at for the first time. */
  first: Promise<void> | undefined;
  readonly #told = new LastTold(Math.random().toString(36).slice(2, 8));

  constructor(
    private readonly session: Session,
    private readonly connection: Connection,
    private readonly analyses: Analyses,
  ) {
    analyses.onArrival = (root) => this.#arrived(root);
  }

  get #pulls(): boolean {
    return this.session.client.textDocument?.diagnostic !== undefined;
  }

  /** The two requests of the pull model; positions in their answers are counted as the client counts them. */
  readonly answers = {
    "textDocument/diagnostic": (_session, params, token) => this.#document(params, token),
    "workspace/diagnostic": (_session, params, token) => this.#workspace(params, token),
  } satisfies Answers;

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
      const diagnostics = this.#encode(this.#early(document), uri);
      this.#published.add(uri);
      await this.connection.sendDiagnostics({ uri, version, diagnostics });
    }
    await whole;
    if (this.session.workspace.document(uri) !== document) return;
    const first = this.analyses.fresh(uri).finally(() => {
      if (this.first === first) this.first = undefined;
    });
    this.first = first;
    await first;
    // Nobody has typed anything yet.
    this.changed(uri, 0);
    if (this.#pulls) this.#refresh();
  }

  #early(document: SourceDocument): Diagnostic[] {
    const found = new FindingsByPlace();
    for (const finding of checkPart(document)) found.add(finding);
    const findings = gravest([found], document.uri, this.session.workspace.bounds.findings);
    return findings.flatMap((finding) => diagnosticOf(finding, this.session) ?? []);
  }

  /** Called while it is still open. */
  closing(uri: string): void {
    for (const imported of this.#importedBy(uri)) this.#due.add(imported);
  }
  closed(uri: string): void {
    this.analyses.forget(uri);
    this.#told.forget(uri);
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
    await this.analyses.fresh(uri);
    if (!this.session.workspace.isOpen(uri)) return;
    this.#published.add(uri);
    const { version } = this.session.workspace.document(uri) ?? {};
    await this.connection.sendDiagnostics(this.#withList({ uri, version }, "diagnostics", this.#tell(uri)));
  }

  /** In the silence: the dear stages of every open document; then the client hears of what they found. */
  async #finish(): Promise<void> {
    let news = false;
    await this.session.reading.done;
    for (const uri of this.session.workspace.openUris) {
      let later = false;
      for (const root of this.session.workspace.rootsOf(uri)) later = (await this.analyses.runAll(root)) || later;
      if (later && !this.#pulls) await this.#publish(uri);
      news ||= later;
    }
    this.session.rest();
    if (!news) return;
    if (this.#pulls) this.#refresh();
    this.session.lensesChanged();
  }

  /** Tells the client of what a stage has found although it is not through. */
  async #arrived(root: string): Promise<void> {
    if (this.#pulls) return this.#refresh();
    for (const uri of this.session.workspace.openUris)
      if (this.session.workspace.rootsOf(uri).includes(root)) await this.#publish(uri);
  }

  get #canRefresh(): boolean {
    return this.session.client.workspace?.diagnostics?.refreshSupport === true;
  }
  #refresh(): void {
    if (this.#canRefresh) this.connection.sendRequest("workspace/diagnostic/refresh").catch(() => {});
  }

  // ---- answers ----------------------------------------------------------------------------------------------------

  /** The same as before, where nothing that it speaks of has moved: after a key that holds of nearly all. */
  #make(finding: Finding): Made | undefined {
    const known = this.#made.get(finding);
    if (known !== undefined && isAt(finding, known.lines)) return known;
    const diagnostic = diagnosticOf(finding, this.session);
    if (diagnostic === undefined) return undefined;
    const encoded = this.#encode(diagnostic, finding.place.at.uri);
    const made = { lines: linesOf(finding), diagnostic, encoded };
    this.#made.set(finding, made);
    return made;
  }
  #encode<T>(value: T, uri: string): T {
    return encodePositions(value, uri, this.session.encoding, this.session.lineOf);
  }

  /** What the client is told of a document, by place. Of too many the gravest, and how many there are. */
  #tell(uri: string): Told {
    const found = this.analyses.found(uri);
    const { bounds, shifts } = this.session.workspace;
    const findings = gravest(found, uri, bounds.findings);
    const count = found.reduce((sum, one) => sum + one.count(uri), 0);
    const more = count > bounds.findings ? moreThan(bounds.findings, count) : undefined;
    return this.#told.next(uri, findings, more, shifts, (finding) => this.#make(finding)?.encoded);
  }

  /** The findings that stand now and their diagnostics, for code actions: all, or those that are wanted. */
  *current(uri: string, { first, last, code }: Wanted = {}): Generator<Reported> {
    for (const found of this.analyses.found(uri))
      for (const finding of first === undefined ? found.of(uri) : found.between(uri, first, last ?? first)) {
        if (code !== undefined && finding.code !== code) continue;
        const made = this.#make(finding);
        if (made) yield { finding, diagnostic: made.diagnostic };
      }
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
        return { kind: "full", items: this.#encode(this.#early(document), uri) };
      }
      await reading.done;
    }
    const roots = workspace.rootsOf(uri);
    const unseen = !roots.every((root) => this.analyses.isSeen(root));
    await this.analyses.fresh(uri, token);
    const most = this.#canRefresh ? FIRST_ANSWER : ONLY_ANSWER;
    const left = workspace.openedAt(uri) + most - performance.now();
    if (unseen && left > 0 && !roots.every((root) => this.analyses.isSettled(root))) {
      const all = Promise.all(roots.map((root) => this.analyses.runAll(root)));
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, left))]);
    }
    if (token.isCancellationRequested) await breathe(token);
    return this.#report(uri, params.previousResultId);
  }

  #report(uri: string, previous: string | undefined): DocumentDiagnosticReport {
    const told = this.#tell(uri);
    const { resultId } = told;
    if (resultId === previous) return { kind: "unchanged", resultId };
    return this.#withList({ kind: "full" as const, resultId }, "items", told);
  }
  /** What a list of diagnostics is sent with, and the list, which is written already. */
  #withList<Rest extends object, Name extends string>(rest: Rest, name: Name, told: Told) {
    const whole = { ...rest, [name]: itemsOf(told) } as Rest & Record<Name, Diagnostic[]>;
    const before = encoder.encode(`${JSON.stringify(rest).slice(0, -1)},"${name}":`);
    return written(whole, () => [before, ...this.#told.write(told), encoder.encode("}")]);
  }

  async #workspace(params: WorkspaceDiagnosticParams, token: CancellationToken): Promise<WorkspaceDiagnosticReport> {
    const { workspace } = this.session;
    const previous = new Map((params.previousResultIds ?? []).map(({ uri, value }) => [uri, value]));
    const items: WorkspaceDiagnosticReport["items"] = [];
    for (const uri of workspace.knownUris) {
      const document = workspace.document(uri);
      if (document !== undefined) await this.session.reading.all(document);
      for (const root of workspace.rootsOf(uri)) await this.analyses.runAll(root);
      await breathe(token);
      if (workspace.document(uri) === undefined) continue;
      const version = workspace.isOpen(uri) ? (workspace.document(uri)?.version ?? null) : null;
      const report = this.#report(uri, previous.get(uri));
      items.push({ ...report, uri, version });
    }
    return { items };
  }
}

/** What a client is told, as a list. */
const itemsOf = ({ more, diagnostics }: Told): Diagnostic[] =>
  [more, ...diagnostics].filter((diagnostic) => diagnostic !== undefined);
