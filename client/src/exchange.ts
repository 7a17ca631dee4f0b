/**
 * Other people's formats: “Import…” with a picker and a preview, “Export As…” as a read-only document, and a capture that
 * is dropped onto a policy.
 */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { activePolicy } from "./debugging/configurations.ts";
import { languageId } from "./names.ts";

interface Note {
  readonly kind: "understood" | "inexpressible" | "wrong";
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}
type Imported =
  | { readonly text: string; readonly notes: readonly Note[] }
  | { readonly refused: Omit<Note, "kind">; readonly notes: readonly Note[] };
interface Exported {
  readonly text: string;
  readonly notes: readonly Note[];
}

const IMPORTS = [
  {
    format: "dvfilter",
    label: "Host: summarize-dvfilter",
    detail: "Machines, chains, slots; rules and address sets beside them",
  },
  {
    format: "getrules",
    label: "Host: vsipioctl getrules, getaddrsets, getfilters",
    detail: "Rules and address sets of vNICs",
  },
  {
    format: "nsx-policy",
    label: "NSX: Policy API JSON",
    detail: "Security policies, groups, services, redirection, profiles",
  },
  {
    format: "nsxv-xml",
    label: "NSX for vSphere: REST bodies",
    detail: "Firewall configuration, sets, security groups, applications",
  },
  { format: "dfwpktlogs", label: "Host: dfwpktlogs", detail: "Log lines as a scenario that says what they said" },
] as const;
const EXPORTS = [
  {
    format: "nsx-policy",
    label: "NSX: Policy API JSON",
    detail: "For PATCH /policy/api/v1/infra",
    language: "json",
    extension: "json",
  },
  {
    format: "terraform",
    label: "Terraform",
    detail: "For the provider vmware/nsxt",
    language: "terraform",
    extension: "tf",
  },
  {
    format: "nsxv-xml",
    label: "NSX for vSphere: REST bodies",
    detail: "Firewall configuration and what it names",
    language: "xml",
    extension: "xml",
  },
  {
    format: "getrules",
    label: "Host: as its commands print it",
    detail: "summarize-dvfilter, vsipioctl",
    language: "plaintext",
    extension: "txt",
  },
] as const;
/** Read-only documents that the server writes. */
const SCHEME = "iochain-export";

export function registerExchange(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  const found = vscode.languages.createDiagnosticCollection("iochain import");
  context.subscriptions.push(
    found,
    vscode.commands.registerCommand("iochain.import", (...uris: unknown[]) => importFiles(client, found, urisOf(uris))),
    vscode.commands.registerCommand("iochain.export", () => exportPolicy(client)),
    vscode.languages.registerDocumentDropEditProvider(
      { language: languageId },
      { provideDocumentDropEdits: dropCapture },
    ),
  );
}

/** From the explorer: the file that was clicked, and all that are chosen. */
function urisOf([clicked, chosen]: unknown[]): vscode.Uri[] {
  if (Array.isArray(chosen) && chosen.length > 0) return chosen.filter((uri) => uri instanceof vscode.Uri);
  return clicked instanceof vscode.Uri ? [clicked] : [];
}

// ---- import -----------------------------------------------------------------------------------------------------------

async function importFiles(
  client: BaseLanguageClient,
  found: vscode.DiagnosticCollection,
  given: readonly vscode.Uri[],
): Promise<void> {
  const chosen = await vscode.window.showQuickPick(IMPORTS, {
    title: "Import into an IOChain policy",
    placeHolder: "What are the inputs?",
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  const uris =
    given.length > 0
      ? given
      : await vscode.window.showOpenDialog({
          title: `Import: ${chosen.label}`,
          openLabel: "Import",
          canSelectMany: true,
        });
  if (uris === undefined || uris.length === 0) return;
  const names = new Map<string, vscode.Uri>();
  const inputs: { name: string; text: string }[] = [];
  for (const uri of uris) {
    const name = vscode.workspace.asRelativePath(uri);
    names.set(name, uri);
    inputs.push({ name, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) });
  }
  const result = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Importing ${inputs.length === 1 ? inputs[0]?.name : `${inputs.length} files`}`,
    },
    () => client.sendRequest<Imported>("iochain/import", { format: chosen.format, inputs }),
  );
  tell(found, names, result);
  if ("refused" in result) {
    const { file, line, column, message } = result.refused;
    const show = "Show";
    const answer = await vscode.window.showErrorMessage(`${file}, line ${line}: ${message}`, show);
    const uri = names.get(file);
    if (answer === show && uri !== undefined) {
      const at = new vscode.Position(line - 1, (column ?? 1) - 1);
      await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
    }
    return;
  }
  // The preview is the policy itself, untitled: nothing is written until it is saved.
  const document = await vscode.workspace.openTextDocument({ language: languageId, content: result.text });
  await vscode.window.showTextDocument(document);
  const count = (kind: Note["kind"]) => result.notes.filter((note) => note.kind === kind).length;
  const rest = count("inexpressible") + count("wrong");
  const problems = "Show Problems";
  const message = `${count("understood")} understood, ${count("inexpressible")} not expressible, ${count("wrong")} looking wrong.`;
  const answer = await (rest === 0
    ? vscode.window.showInformationMessage(message)
    : vscode.window.showWarningMessage(message, problems));
  if (answer === problems) await vscode.commands.executeCommand("workbench.actions.view.problems");
}

/** What is to be said of the inputs, in the inputs. */
function tell(found: vscode.DiagnosticCollection, names: ReadonlyMap<string, vscode.Uri>, result: Imported): void {
  found.clear();
  const notes = "refused" in result ? [...result.notes, { ...result.refused, kind: "refused" as const }] : result.notes;
  for (const [name, uri] of names)
    found.set(
      uri,
      notes
        .filter(({ file, kind }) => file === name && kind !== "understood")
        .map(({ line, column, message, kind }) => {
          const start = new vscode.Position(line - 1, (column ?? 1) - 1);
          const severity =
            kind === "refused"
              ? vscode.DiagnosticSeverity.Error
              : kind === "wrong"
                ? vscode.DiagnosticSeverity.Warning
                : vscode.DiagnosticSeverity.Information;
          const diagnostic = new vscode.Diagnostic(
            new vscode.Range(start, start.with(undefined, 10_000)),
            message,
            severity,
          );
          diagnostic.source = "iochain import";
          return diagnostic;
        }),
    );
}

// ---- export -----------------------------------------------------------------------------------------------------------

async function exportPolicy(client: BaseLanguageClient): Promise<void> {
  const policy = activePolicy();
  if (policy === undefined) {
    vscode.window.showWarningMessage("Open an IOChain policy first.");
    return;
  }
  const chosen = await vscode.window.showQuickPick(EXPORTS, { title: "Export this policy as", matchOnDetail: true });
  if (chosen === undefined) return;
  const name =
    policy.uri.path
      .split("/")
      .at(-1)
      ?.replace(/\.iochain$/, "") ?? "policy";
  const uri = vscode.Uri.from({
    scheme: SCHEME,
    path: `/${name}.${chosen.extension}`,
    query: JSON.stringify({ uri: policy.uri.toString(), format: chosen.format }),
  });
  try {
    const { notes } = await client.sendRequest<Exported>("iochain/export", {
      uri: policy.uri.toString(),
      format: chosen.format,
    });
    const document = await vscode.workspace.openTextDocument(uri);
    const languages = await vscode.languages.getLanguages();
    if (languages.includes(chosen.language)) await vscode.languages.setTextDocumentLanguage(document, chosen.language);
    await vscode.window.showTextDocument(document, { preview: true });
    if (notes.length > 0) await showNotes(policy.uri, chosen.label, notes);
  } catch (error) {
    vscode.window.showErrorMessage(`This policy cannot be exported: ${(error as Error).message}`);
  }
}

/** What the format cannot hold, as a list to go to. */
async function showNotes(policy: vscode.Uri, format: string, notes: readonly Note[]): Promise<void> {
  const show = "Show What Is Lost";
  const told = `${notes.length} thing${notes.length === 1 ? "" : "s"} of this policy ${notes.length === 1 ? "has" : "have"} no words in “${format}”.`;
  if ((await vscode.window.showWarningMessage(told, show)) !== show) return;
  const chosen = await vscode.window.showQuickPick(
    notes.map((note) => ({ label: note.message, description: `line ${note.line}`, note })),
    { title: told },
  );
  if (chosen === undefined) return;
  const at = new vscode.Position(chosen.note.line - 1, 0);
  const file = chosen.note.file.includes(":") ? vscode.Uri.parse(chosen.note.file) : policy;
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
}

// ---- captures -----------------------------------------------------------------------------------------------------------

/** A capture that is dropped becomes a `replay` step; the vNIC is for the author to say. */
async function dropCapture(
  document: vscode.TextDocument,
  position: vscode.Position,
  data: vscode.DataTransfer,
): Promise<vscode.DocumentDropEdit | undefined> {
  const list = (await data.get("text/uri-list")?.asString()) ?? "";
  const captures = list.split(/\r?\n/).filter((line) => /\.(?:pcap|pcapng|cap)(?:\.gz)?$/i.test(line));
  if (captures.length === 0) return undefined;
  const folder = vscode.Uri.joinPath(document.uri, "..").path;
  const steps = captures.map((line) => {
    const { path } = vscode.Uri.parse(line);
    return JSON.stringify(path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path);
  });
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  const inScenario = /\bscenario\s+"[^"]*"\s*\{[^{}]*$/.test(before);
  const text = new vscode.SnippetString();
  if (!inScenario) text.appendText('scenario "').appendPlaceholder("Replay").appendText('" {\n  ');
  steps.forEach((path, i) => {
    if (i > 0) text.appendText(inScenario ? "\n" : "\n  ");
    text.appendText(`replay ${path} at `).appendPlaceholder("vm.eth0");
  });
  if (!inScenario) text.appendText("\n}\n");
  return new vscode.DocumentDropEdit(text, "Replay this capture");
}
