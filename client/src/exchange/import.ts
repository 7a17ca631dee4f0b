/** “Import…”: a picker of formats and files; the policy they make as a preview, and what is to be said of them in them. */
import * as vscode from "vscode";
import { languageId } from "../names.ts";
import { withProgress } from "../progress.ts";
import type { Server } from "../server.ts";
import { messageOf, type Note } from "./note.ts";

type Imported =
  | { readonly text: string; readonly notes: readonly Note[] }
  | { readonly refused: Omit<Note, "kind">; readonly notes: readonly Note[] };

/** As many octets as the server takes of characters: larger files are not even read. */
const MEGABYTE = 1024 * 1024;

/** That all is well need not be clicked away. */
const TOLD_MILLISECONDS = 8000;

interface Format extends vscode.QuickPickItem {
  readonly format: string;
  /** What files of this format, and of no other, are called. */
  readonly names?: RegExp;
}

const formats = (): Format[] => [
  {
    format: "dvfilter",
    label: vscode.l10n.t("Host: summarize-dvfilter"),
    detail: vscode.l10n.t("Machines, chains, slots; rules and address sets beside them"),
  },
  {
    format: "getrules",
    label: vscode.l10n.t("Host: vsipioctl getrules, getaddrsets, getfilters"),
    detail: vscode.l10n.t("Rules and address sets of vNICs"),
  },
  {
    format: "nsx-policy",
    label: vscode.l10n.t("NSX: Policy API JSON"),
    detail: vscode.l10n.t("Security policies, groups, services, redirection, profiles"),
    names: /\.json$/i,
  },
  {
    format: "nsxv-xml",
    label: vscode.l10n.t("NSX for vSphere: REST bodies"),
    detail: vscode.l10n.t("Firewall configuration, sets, security groups, applications"),
    names: /\.xml$/i,
  },
  {
    format: "dfwpktlogs",
    label: vscode.l10n.t("Host: dfwpktlogs"),
    detail: vscode.l10n.t("Log lines as a scenario that says what they said"),
    names: /\.log$/i,
  },
];

export async function importFiles(
  server: Server,
  found: vscode.DiagnosticCollection,
  given: readonly vscode.Uri[],
): Promise<void> {
  const isLikely = ({ names }: Format): boolean => given.some(({ path }) => names?.test(path));
  const likeliest = formats().sort((one, other) => Number(isLikely(other)) - Number(isLikely(one)));
  const chosen = await vscode.window.showQuickPick(likeliest, {
    title: vscode.l10n.t("Import into an IOChain policy"),
    placeHolder: vscode.l10n.t("What are the inputs?"),
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  const uris = given.length > 0 ? given : ((await chooseFiles(chosen.label)) ?? []);
  if (uris.length === 0) return;
  const names = new Map(uris.map((uri) => [vscode.workspace.asRelativePath(uri), uri]));
  const [first = ""] = names.keys();
  const title =
    names.size === 1 ? vscode.l10n.t("Importing {0}", first) : vscode.l10n.t("Importing {0} files", names.size);
  found.clear();
  try {
    const result = await withProgress(title, async (_, token) => {
      const inputs: { name: string; text: string }[] = [];
      for (const [name, uri] of names) inputs.push({ name, text: await read(name, uri) });
      if (token.isCancellationRequested) return undefined;
      return server.sendRequest<Imported>("iochain/import", { format: chosen.format, inputs }, token);
    });
    if (result === undefined) return;
    tell(found, names, result);
    if ("refused" in result) await showRefusal(names, result.refused);
    else await showPreview(result.text, result.notes);
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t("Nothing is imported: {0}", messageOf(error)));
  }
}

function chooseFiles(label: string): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    title: vscode.l10n.t("Import: {0}", label),
    openLabel: vscode.l10n.t("Import"),
    canSelectMany: true,
  });
}

/** Complains, with the file's name, about what cannot be read as a text. */
async function read(name: string, uri: vscode.Uri): Promise<string> {
  const { size, type } = await vscode.workspace.fs.stat(uri).then(undefined, () => {
    throw new Error(vscode.l10n.t("{0} is not there, or cannot be read.", name));
  });
  if (type & vscode.FileType.Directory)
    throw new Error(vscode.l10n.t("{0} is a folder: choose the files in it.", name));
  const most = vscode.workspace.getConfiguration("iochain.limits").get("importedMegabytes", 256);
  if (size > most * MEGABYTE)
    throw new Error(vscode.l10n.t("{0} is larger than {1} MB ({2}).", name, most, "iochain.limits.importedMegabytes"));
  const octets = await vscode.workspace.fs.readFile(uri);
  // A Windows console redirects its output as UTF-16.
  const isUtf16 = octets[0] === 0xff && octets[1] === 0xfe;
  if (!isUtf16 && octets.subarray(0, 4096).includes(0))
    throw new Error(vscode.l10n.t("{0} is no text: an archive is to be unpacked first.", name));
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(octets);
}

/** The preview is the policy itself, untitled: nothing is written until it is saved. */
async function showPreview(text: string, notes: readonly Note[]): Promise<void> {
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: languageId, content: text }),
  );
  const count = (kind: Note["kind"]) => notes.filter((note) => note.kind === kind).length;
  const [understood, inexpressible, wrong] = [count("understood"), count("inexpressible"), count("wrong")];
  const message = vscode.l10n.t(
    "{0} understood, {1} not expressible, {2} looking wrong.",
    understood,
    inexpressible,
    wrong,
  );
  if (inexpressible + wrong === 0) {
    vscode.window.setStatusBarMessage(message, TOLD_MILLISECONDS);
    return;
  }
  const problems = vscode.l10n.t("Show Problems");
  if ((await vscode.window.showWarningMessage(message, problems)) === problems)
    await vscode.commands.executeCommand("workbench.actions.view.problems");
}

async function showRefusal(
  names: ReadonlyMap<string, vscode.Uri>,
  { file, line, column, message }: Omit<Note, "kind">,
): Promise<void> {
  const show = vscode.l10n.t("Show");
  const told = vscode.l10n.t("{0}, line {1}: {2}", file, line, message);
  const uri = names.get(file);
  const answer = await vscode.window.showErrorMessage(told, ...(uri ? [show] : []));
  if (answer !== show || uri === undefined) return;
  const at = new vscode.Position(line - 1, (column ?? 1) - 1);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
}

const SEVERITIES = {
  refused: vscode.DiagnosticSeverity.Error,
  wrong: vscode.DiagnosticSeverity.Warning,
  inexpressible: vscode.DiagnosticSeverity.Information,
};

/** What is to be said of the inputs, in the inputs. */
function tell(found: vscode.DiagnosticCollection, names: ReadonlyMap<string, vscode.Uri>, result: Imported): void {
  const notes = "refused" in result ? [...result.notes, { ...result.refused, kind: "refused" as const }] : result.notes;
  const told = new Map<string, vscode.Diagnostic[]>([...names.keys()].map((name) => [name, []]));
  for (const { file, line, column, message, kind } of notes) {
    if (kind === "understood") continue;
    const start = new vscode.Position(Math.max(0, line - 1), (column ?? 1) - 1);
    const range = new vscode.Range(start, start.with(undefined, start.character + 10_000));
    const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[kind]);
    diagnostic.source = "iochain import";
    told.get(file)?.push(diagnostic);
  }
  for (const [name, uri] of names) found.set(uri, told.get(name) ?? []);
}
