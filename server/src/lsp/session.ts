/** One client's session: what it can do, the documents, and what is known of them. What requests are answered from. */
import type {
  CancellationToken,
  ClientCapabilities,
  InitializeParams,
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
  WorkspaceEdit,
} from "vscode-languageserver";
import type { ScenarioHost } from "../chain/scenario.ts";
import type { CoverageReport } from "../check/coverage.ts";
import type { Finding } from "../check/finding.ts";
import type { AllReported } from "../ide/codeActions.ts";
import type { RuleHits, View } from "../ide/view.ts";
import { boundsOf } from "../policy/bounds.ts";
import { resolveImport, unreadText } from "../policy/program.ts";
import { mayRead } from "../policy/readable.ts";
import type { Statement } from "../syntax/tree.ts";
import type { Host } from "./host.ts";
import { type Encoding, encodingOf } from "./positions.ts";
import { Reading } from "./reading.ts";
import { Workspace } from "./workspace.ts";

export type WorkDoneNews = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

export class Session {
  readonly workspace: Workspace;
  readonly reading: Reading;
  client: ClientCapabilities = {};
  encoding: Encoding = "utf-16";
  private readonly host: Host;

  /** A line for the person at the editor. */
  tell: (good: boolean, message: string) => void = () => {};
  /** Asks the client to change documents; false when it does not. */
  apply: (label: string, edit: WorkspaceEdit) => Promise<boolean> = async () => false;
  /** Work-done progress of a request that brought a token. */
  progress: (token: string | number, news: WorkDoneNews) => void = () => {};
  /** Shows a document at the editor. */
  show: (uri: string) => Promise<void> = async () => {};
  /** What code lenses say has changed. */
  lensesChanged: () => void = () => {};
  /** Everything that is open has been looked at. */
  rest: () => void = () => {};
  /** Where scenarios find their captures; undefined where there are no files. */
  readonly scenarioHost?: ScenarioHost;

  /** Addresses of the read-only documents that the client was given since they were last made. */
  readonly shown = new Set<string>();
  /** What the last replay counted, by the document that it was asked of. */
  readonly replayed = new Map<string, { readonly hits: RuleHits; readonly coverage: CoverageReport }>();

  /** What is known of a document now, without looking again. */
  findings: (uri: string, at?: Statement) => Iterable<Finding> = () => [];
  /** The findings of a document that stand now, the cheap ones at least. */
  reported: (uri: string, token: CancellationToken) => Promise<AllReported> = async () => () => [];

  constructor(host: Host) {
    this.workspace = new Workspace(host);
    this.reading = new Reading(this.workspace);
    this.host = host;
    const { readCapture } = host;
    if (readCapture)
      this.scenarioHost = {
        readCapture: (path, from) => {
          const uri = resolveImport(from, path);
          const { wanted } = this.workspace;
          return mayRead(wanted.readable, uri)
            ? readCapture(uri, wanted)
            : { error: `${uri} ${unreadText("outside")}` };
        },
      };
  }

  /** A capture to be read as a stream; undefined where there are no files. */
  get openCapture(): Host["openCapture"] {
    return this.host.openCapture;
  }

  /** Where the pages of findings lie. */
  get docs(): string | undefined {
    return this.host.docs;
  }

  initialize(params: InitializeParams): void {
    this.client = params.capabilities ?? {};
    this.encoding = encodingOf(this.client.general?.positionEncodings ?? []);
    this.configure(params.initializationOptions);
  }

  /**
   * Settings, in `initializationOptions` and as `workspace/didChangeConfiguration` brings them:
   * `{ imports: { outsideWorkspace }, limits: { … } }`, all of them each time.
   */
  configure(settings: unknown): void {
    const { imports, limits } = (settings ?? {}) as { readonly imports?: unknown; readonly limits?: unknown };
    const { outsideWorkspace } = (imports ?? {}) as { readonly outsideWorkspace?: unknown };
    this.workspace.configure(outsideWorkspace === true, boundsOf(limits));
  }

  /** The text of a line, for positions on the wire. */
  readonly lineOf = (uri: string, line: number): string | undefined => this.workspace.document(uri)?.lineText(line);

  /**
   * What a request about a document is asked of: the document in the program that it is a part of, the first where
   * there are several. Undefined when nobody knows the document.
   */
  view(params: { readonly textDocument: { readonly uri: string } }): View | undefined {
    return this.views(params)[0];
  }

  /** The document in each program that it is a part of. */
  views(params: { readonly textDocument: { readonly uri: string } }): View[] {
    const { uri } = params.textDocument;
    const document = this.workspace.document(uri);
    if (document === undefined) return [];
    return this.workspace.rootsOf(uri).flatMap((root) => {
      const loaded = this.workspace.program(root);
      return loaded
        ? [
            {
              document,
              program: loaded.program,
              policy: loaded.policy,
              findings: (at) => this.findings(uri, at),
              hits: (this.replayed.get(root) ?? this.replayed.get(uri))?.hits,
            },
          ]
        : [];
    });
  }
}

/** Undefined when nobody knows the document. */
export const viewOfUri = (session: Session, uri: string): View | undefined => session.view({ textDocument: { uri } });
