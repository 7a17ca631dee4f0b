/** What the tests of a policy exercise, for the Test Coverage view: rules, defaults and bindings as statements. */
import * as vscode from "vscode";
import type { Server } from "./server.ts";

/** An item of the answer to `iochain/coverage`; lines count from 1. */
interface Item {
  readonly file: string;
  readonly line: number;
  readonly hits: number;
}

/** A file's coverage, with what `loadDetailedCoverage` is asked for later. */
class PolicyCoverage extends vscode.FileCoverage {
  constructor(
    uri: vscode.Uri,
    readonly items: readonly Item[],
  ) {
    const covered = items.filter(({ hits }) => hits > 0).length;
    super(uri, new vscode.TestCoverageCount(covered, items.length));
  }
}

/** Of the policy and of what it imports: by its tests, or by the capture that was replayed last. */
export async function coverageOf(server: Server, uri: vscode.Uri, of?: "replay"): Promise<vscode.FileCoverage[]> {
  const params = { uri: uri.toString(), ...(of && { of }) };
  const { items } = await server.sendRequest<{ items: readonly Item[] }>("iochain/coverage", params);
  const files = new Map<string, Item[]>();
  for (const item of items) files.set(item.file, [...(files.get(item.file) ?? []), item]);
  return [...files].map(([file, own]) => new PolicyCoverage(vscode.Uri.parse(file), own));
}

export function detailsOf(file: vscode.FileCoverage): vscode.StatementCoverage[] {
  if (!(file instanceof PolicyCoverage)) return [];
  return file.items.map(({ line, hits }) => new vscode.StatementCoverage(hits, new vscode.Position(line - 1, 0)));
}
