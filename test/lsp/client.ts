/** A client of the real server: JSON-RPC over a pair of streams, in one process, files from memory. */
import { PassThrough } from "node:stream";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import {
  AbstractMessageWriter,
  type ClientCapabilities,
  createMessageConnection,
  type Diagnostic,
  type InitializeResult,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { startServer } from "../../server/src/lsp/server.ts";
import { frame } from "../../server/src/wire/framing.ts";

/** What VS Code's client says of itself, as far as the server asks. */
export const EDITOR: ClientCapabilities = {
  textDocument: {
    hover: { contentFormat: ["markdown"] },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
    signatureHelp: { signatureInformation: { parameterInformation: { labelOffsetSupport: true } } },
    definition: { linkSupport: true },
    declaration: { linkSupport: true },
    typeDefinition: { linkSupport: true },
    implementation: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
    rename: { prepareSupport: true },
    diagnostic: { dynamicRegistration: false },
    foldingRange: {},
  },
  workspace: {
    workspaceFolders: true,
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    fileOperations: { willRename: true },
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    textDocumentContent: {},
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

/** A capture as a text: a frame a line in hex digits, a second between two of them. */
function captureOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const pcap = (...words: number[]) => Buffer.from(Uint32Array.from(words).buffer);
  const frames = text.trim().split("\n");
  return Buffer.concat([
    pcap(0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, 1),
    ...frames.flatMap((line, index) => {
      const octets = Buffer.from(line, "hex");
      return [pcap(index, 0, octets.length, octets.length), octets];
    }),
  ]);
}

export interface Client {
  readonly connection: MessageConnection;
  readonly initialized: InitializeResult;
  /** Told by the server, newest last: only clients that do not pull are. */
  readonly published: Map<string, { readonly version?: number; readonly diagnostics: Diagnostic[] }>;
  /** What the server wrote to its log. */
  readonly log: string[];
  readonly request: <T = unknown>(method: string, params: unknown) => Promise<T>;
  readonly notify: (method: string, params: unknown) => Promise<void>;
  readonly open: (uri: string, text: string) => Promise<void>;
  readonly refreshes: () => number;
  readonly stop: () => void;
}

export async function startClient(
  files: ReadonlyMap<string, string> = new Map(),
  capabilities: ClientCapabilities = EDITOR,
  folders: readonly string[] = [],
  captures: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Client> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  startServer(createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new FramedWriter(toClient)), {
    docs: "file:///docs/",
    readFile: (uri) => {
      const text = files.get(uri);
      return text === undefined ? "missing" : { text };
    },
    openCapture: (uri) => {
      const bytes = captures.get(uri) ?? captureOf(files.get(uri));
      return { size: bytes?.length, chunks: inChunks(bytes) };
    },
    policyFiles: (folder) => [...files.keys()].filter((uri) => uri.startsWith(`${folder}/`)),
  });
  const connection = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const published: Client["published"] = new Map();
  const log: string[] = [];
  let refreshes = 0;
  connection.onNotification("textDocument/publishDiagnostics", ({ uri, version, diagnostics }) => {
    published.set(uri, { version, diagnostics });
  });
  connection.onNotification("window/logMessage", ({ message }) => {
    log.push(message);
  });
  connection.onRequest("workspace/diagnostic/refresh", () => {
    refreshes += 1;
    return null;
  });
  connection.onRequest("workspace/applyEdit", () => ({ applied: true }));
  connection.onRequest(() => null);
  connection.listen();
  const initialized = await connection.sendRequest<InitializeResult>("initialize", {
    processId: null,
    rootUri: null,
    workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
    capabilities,
  });
  await connection.sendNotification("initialized", {});
  let versions = 0;
  return {
    connection,
    initialized,
    published,
    log,
    request: (method, params) => connection.sendRequest(method, params),
    notify: (method, params) => connection.sendNotification(method, params),
    open: (uri, text) => {
      versions += 1;
      return connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId: "iochain", version: versions, text },
      });
    },
    refreshes: () => refreshes,
    stop: () => connection.dispose(),
  };
}

/** As the server's own process writes. */
class FramedWriter extends AbstractMessageWriter {
  constructor(private readonly to: PassThrough) {
    super();
  }
  async write(message: object): Promise<void> {
    this.to.write(frame(message));
  }
  end(): void {}
}

/** As a disk would give it. */
async function* inChunks(octets: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (octets === undefined) throw new Error("no such file");
  for (let at = 0; at < octets.length; at += 4096) yield octets.subarray(at, at + 4096);
}
