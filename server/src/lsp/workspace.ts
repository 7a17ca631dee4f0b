/**
 * The documents that the server knows: those open in the editor, and on disk those they import and those of the
 * workspace's folders. Programs are put together here, and kept until a document of theirs changes.
 */
import { KeptFindings } from "../check/kept.ts";
import { KeptSets } from "../check/sets/kept.ts";
import { type Bounds, MEGABYTE, STANDARD_BOUNDS } from "../policy/bounds.ts";
import { compilePolicy, compileSteps } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import { loadProgram, type Program, resolveImport, type Unread } from "../policy/program.ts";
import { besideOf, mayRead, type Readable, readableIn, type Wanted } from "../policy/readable.ts";
import { type Change, SourceDocument } from "../syntax/document.ts";
import type { Steps } from "../syntax/steps.ts";
import type { FileText, Host } from "./host.ts";
import { Importers } from "./importers.ts";

/** A program with what is known of it. Another object after each edit of its documents, with most of its parts kept. */
export interface LoadedProgram {
  /** No two programs of a workspace have the same. */
  readonly id: number;
  readonly program: Program;
  readonly policy: () => Policy;
  /** Makes it in steps, for whoever can wait. */
  readonly compile: () => Steps<Policy>;
  readonly findings: KeptFindings;
  readonly sets: KeptSets;
  /** The policy that was compiled last, of this version or one before it. */
  readonly compiled: { last?: Policy };
  /** What an import asked for that is not there. */
  readonly wanted: ReadonlySet<string>;
}

export class Workspace {
  /** Called when a file that was read in the background has arrived. */
  onArrival: (uri: string) => void = () => {};
  readonly #open = new Map<string, SourceDocument>();
  readonly #opened = new Map<string, number>();
  readonly #closed = new Map<string, SourceDocument | Unread>();
  readonly #programs = new Map<string, LoadedProgram>();
  /** Policy files of the workspace's folders. */
  readonly #files = new Set<string>();
  /** Policies of no folder that the client asked about by name. */
  readonly #named = new Set<string>();
  #folders: readonly string[] = [];
  #readable: Readable | undefined;
  #outside = false;
  #bounds = STANDARD_BOUNDS;
  #count = 0;
  #shifts = 0;
  readonly #importers = new Importers(
    (uri) => this.isKnown(uri),
    (uri) => this.importsOf(uri),
  );
  /** URI → the roots of the programs that hold it, or asked for it in vain. */
  readonly #rootsWith = new Map<string, Set<string>>();
  /** The policies that were opened or named → the folder beside them from which may be read, where they lie in none. */
  readonly #besides = new Map<string, string | undefined>();

  constructor(private readonly host: Host) {}

  // ---- documents of the editor --------------------------------------------------------------------------------

  open(uri: string, text: string, version: number): SourceDocument {
    this.#opened.set(uri, performance.now());
    const document = new SourceDocument(uri, text, version);
    this.#open.set(uri, document);
    this.#opens(uri);
    this.#forget(uri);
    return document;
  }

  /**
   * False when the document is not open, or the version is not newer than what is here. `read` makes each change
   * ready when its turn comes: its positions are those of the text that the one before it left.
   */
  change(uri: string, changes: readonly Change[], version: number, read?: (change: Change) => Change): boolean {
    const document = this.#open.get(uri);
    if (document === undefined || version <= document.version) return false;
    const { shifts } = document;
    let imports = false;
    const edit = (ready: readonly Change[]) => {
      const { removed, added } = document.edit(ready, version);
      imports ||= [...removed, ...added].some(({ kind }) => kind === "import");
    };
    if (read === undefined) edit(changes);
    else for (const change of changes) edit([read(change)]);
    this.#shifts += document.shifts - shifts;
    if (imports) this.#forget(uri);
    else this.#renew(uri);
    return true;
  }

  close(uri: string): void {
    this.#open.delete(uri);
    this.#opened.delete(uri);
    this.#closed.delete(uri);
    if (!this.#named.has(uri)) {
      if (this.#besides.get(uri) !== undefined) this.#readable = undefined;
      this.#besides.delete(uri);
    }
    this.#forget(uri);
  }

  /** How often lines of a document have come or gone: while it stays, what stays does so on its line. */
  get shifts(): number {
    return this.#shifts;
  }
  /** When the editor opened the document, on the clock of `performance`. */
  openedAt(uri: string): number {
    return this.#opened.get(uri) ?? 0;
  }
  isOpen(uri: string): boolean {
    return this.#open.has(uri);
  }
  get openUris(): string[] {
    return [...this.#open.keys()];
  }

  // ---- files on disk ------------------------------------------------------------------------------------------

  /** Folders that the person has opened, besides those of before. Their policies are found by `addFolder`. */
  openFolders(folders: readonly string[]): void {
    this.#folders = [...this.#folders, ...folders];
    this.#lie();
    this.#reads();
  }
  /** False when the folder has more policies than are looked for. */
  async addFolder(folder: string): Promise<boolean> {
    const most = this.#bounds.workspaceFiles;
    const found = await this.host.policyFiles(folder, most);
    for (const uri of found.slice(0, most)) {
      this.#files.add(uri);
      this.#importers.changed(uri);
    }
    return found.length <= most;
  }
  removeFolder(folder: string): void {
    const inside = folder.endsWith("/") ? folder : `${folder}/`;
    for (const uri of this.#files)
      if (uri.startsWith(inside)) {
        this.#files.delete(uri);
        this.#importers.changed(uri);
      }
    this.#folders = this.#folders.filter((each) => each !== folder);
    this.#lie();
    this.#reads("fewer");
  }
  /** What the client's settings say. */
  configure(outside: boolean, bounds: Bounds): void {
    this.#outside = outside;
    this.#bounds = bounds;
    this.#reads("fewer");
    for (const root of this.#programs.keys()) this.#forget(root);
  }

  /** A policy that the person named, wherever it lies. */
  name(uri: string): void {
    if (this.#named.has(uri)) return;
    this.#named.add(uri);
    this.#opens(uri);
  }
  /** A policy outside the folders: what lies beside it may be read now. */
  #opens(uri: string): void {
    if (this.#besides.has(uri)) return;
    const beside = besideOf(uri, this.#folders);
    const isNew = beside !== undefined && !this.#readable?.some(({ folder }) => folder === beside);
    this.#besides.set(uri, beside);
    if (isNew) this.#reads();
  }
  /** Other folders are open: where policies lie is found out anew. */
  #lie(): void {
    for (const uri of this.#besides.keys()) this.#besides.set(uri, besideOf(uri, this.#folders));
  }
  /** Other files may be read than before: those that could not be are looked for again, or all where it may be fewer. */
  #reads(which: "more" | "fewer" = "more"): void {
    this.#readable = undefined;
    for (const [uri, found] of this.#closed)
      if (which === "fewer" || typeof found === "string") {
        this.#closed.delete(uri);
        this.#forget(uri);
      }
  }
  get bounds(): Bounds {
    return this.#bounds;
  }
  /** What is read from disk for a policy. */
  get wanted(): Required<Wanted> {
    this.#readable ??= readableIn(this.#folders, this.#besides.values(), this.#outside);
    return { readable: this.#readable, longest: this.#bounds.fileMegabytes * MEGABYTE };
  }

  /** A file on disk was made, changed or deleted. */
  fileChanged(uri: string, exists: boolean): void {
    if (exists && uri.endsWith(".iochain")) this.#files.add(uri);
    if (!exists) this.#files.delete(uri);
    this.#closed.delete(uri);
    if (!this.#open.has(uri)) this.#forget(uri);
  }

  /** Open, or in one of the folders. */
  isKnown(uri: string): boolean {
    return this.#open.has(uri) || this.#files.has(uri);
  }
  /** Every policy that is known: open ones first, then those of the folders. */
  get knownUris(): string[] {
    return [...new Set([...this.#open.keys(), ...this.#files])];
  }

  // ---- what requests ask ----------------------------------------------------------------------------------------

  /** The document of a URI, open or on disk. */
  document(uri: string): SourceDocument | undefined {
    const found = this.#find(uri);
    return typeof found === "string" ? undefined : found;
  }
  /** The same, or why there is none. */
  load(uri: string): SourceDocument | Unread {
    return this.#find(uri);
  }

  #find(uri: string): SourceDocument | Unread {
    const known = this.#open.get(uri) ?? this.#closed.get(uri);
    if (known !== undefined) return known;
    const found = this.#read(uri);
    this.#closed.set(uri, found);
    return found;
  }

  #read(uri: string): SourceDocument | Unread {
    const { wanted } = this;
    if (!mayRead(wanted.readable, uri)) return "outside";
    const document = (found: FileText) => (typeof found === "string" ? found : new SourceDocument(uri, found.text));
    const found = this.host.readFile(uri, wanted);
    if (!(found instanceof Promise)) return document(found);
    void found.then((arrived) => {
      if (typeof arrived === "string" || this.#open.has(uri)) return;
      this.#closed.set(uri, document(arrived));
      this.#forget(uri);
      this.onArrival(uri);
    });
    return "missing";
  }

  /** The program that starts at a document; undefined when there is no such document. */
  program(uri: string): LoadedProgram | undefined {
    const known = this.#programs.get(uri);
    if (known !== undefined) return known;
    if (this.document(uri) === undefined) return undefined;
    const wanted = new Set<string>();
    const load = (wantedUri: string) => {
      const document = this.load(wantedUri);
      if (typeof document === "string") wanted.add(wantedUri);
      return document;
    };
    const program = loadProgram(uri, load, this.#bounds);
    const findings = new KeptFindings(program);
    findings.follow();
    return this.#keep(uri, { program, findings, sets: new KeptSets(), wanted, compiled: {} });
  }

  #keep(root: string, parts: Omit<LoadedProgram, "id" | "policy" | "compile">): LoadedProgram {
    this.#count += 1;
    let policy: Policy | undefined;
    let making: Steps<Policy> | undefined;
    const { program, compiled } = parts;
    const loaded: LoadedProgram = {
      ...parts,
      id: this.#count,
      policy: () => {
        policy ??= compilePolicy(program, compiled.last);
        compiled.last = policy;
        return policy;
      },
      compile: function* () {
        // Whoever asks again goes on where it was left.
        while (policy === undefined) {
          making ??= compileSteps(program, compiled.last);
          const step = making.next();
          if (step.done) policy ??= step.value;
          else yield;
        }
        return loaded.policy();
      },
    };
    if (!this.#programs.has(root)) for (const uri of urisOf(loaded)) this.#with(uri).add(root);
    this.#programs.set(root, loaded);
    return loaded;
  }

  #with(uri: string): Set<string> {
    let roots = this.#rootsWith.get(uri);
    if (roots === undefined) {
      roots = new Set();
      this.#rootsWith.set(uri, roots);
    }
    return roots;
  }

  #drop(root: string, loaded: LoadedProgram): void {
    loaded.findings.stop();
    this.#programs.delete(root);
    for (const uri of urisOf(loaded)) {
      const roots = this.#rootsWith.get(uri);
      roots?.delete(root);
      if (roots?.size === 0) this.#rootsWith.delete(uri);
    }
  }

  /**
   * The documents whose programs hold this one and that no other imports: where a change here is felt. Itself, when
   * nobody imports it.
   */
  rootsOf(uri: string): readonly string[] {
    const roots = new Set<string>();
    const seen = new Set<string>([uri]);
    const queue = [uri];
    for (const at of queue) {
      const above = this.#importers.of(at);
      if (above.size === 0) roots.add(at);
      for (const importer of above)
        if (!seen.has(importer)) {
          seen.add(importer);
          queue.push(importer);
        }
    }
    // A cycle of imports has no root: then the document stands for itself.
    if (roots.size === 0) return [uri];
    return roots.size === 1 ? [...roots] : [...roots].sort((a, b) => this.#order(a, b));
  }

  /** Open documents first, as they were opened. */
  #order(a: string, b: string): number {
    const [first, second] = [this.#opened.get(a), this.#opened.get(b)];
    if (first !== undefined && second !== undefined && first !== second) return first - second;
    if ((first === undefined) !== (second === undefined)) return first === undefined ? 1 : -1;
    return a < b ? -1 : 1;
  }

  /** Every known document that imports this one, directly or not, and itself. */
  dependentsOf(uri: string): ReadonlySet<string> {
    const out = new Set<string>([uri]);
    for (const at of out) for (const importer of this.#importers.of(at)) out.add(importer);
    return out;
  }

  /** What the `import` lines of a document name. One that has no such line is not read for it. */
  importsOf(uri: string): string[] {
    const document = this.document(uri);
    if (document === undefined || !(document.whole || document.mentions("import"))) return [];
    return document.tree.statements.flatMap((statement) =>
      statement.kind === "import" && statement.path !== undefined ? resolveImport(uri, statement.path.text) : [],
    );
  }

  /** A document says something else, but imports what it did: the programs that hold it have new versions. */
  #renew(uri: string): void {
    for (const root of this.#rootsWith.get(uri) ?? []) {
      const loaded = this.#programs.get(root) as LoadedProgram;
      const { program } = loaded;
      if (program.document(uri) !== undefined) this.#keep(root, { ...loaded, program: { ...program } });
    }
  }

  /** Programs that hold the document, or asked for it in vain, are made anew when next asked for. */
  #forget(uri: string): void {
    this.#importers.changed(uri);
    for (const root of [...(this.#rootsWith.get(uri) ?? [])]) {
      const loaded = this.#programs.get(root);
      if (loaded !== undefined) this.#drop(root, loaded);
    }
  }
}

const urisOf = ({ program, wanted }: LoadedProgram): readonly string[] => [
  ...program.documents.map(({ uri }) => uri),
  ...wanted,
];
