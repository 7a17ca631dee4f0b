/** Explain Class of Packets: from whom, to whom, which service; the fates of all such packets as a document. */
import * as vscode from "vscode";
import type { PacketDocuments } from "./packetDocuments.ts";
import { withPolicy } from "./policies.ts";
import { withProgress } from "./progress.ts";
import type { Server } from "./server.ts";

const PARTS = ["from", "to", "service"] as const;
type Part = (typeof PARTS)[number];
type Asked = Partial<Record<Part, string>>;

interface Explained {
  readonly text: string;
  readonly note?: string;
}
interface Problem {
  readonly part: Part;
  readonly message: string;
}

export function registerExplanation(
  context: vscode.ExtensionContext,
  server: Server,
  documents: PacketDocuments,
): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("iochain.explain", () => withPolicy((policy) => explain(policy.uri))),
  );

  async function explain(policy: vscode.Uri): Promise<void> {
    const key = "explained";
    let asked: Asked = context.workspaceState.get<Asked>(key, {});
    let problems: readonly Problem[] = [];
    do {
      const answers = await ask(asked, problems);
      if (answers === undefined) return;
      asked = answers;
      await context.workspaceState.update(key, asked);
      problems = await show(policy, asked);
    } while (problems.length > 0);
  }

  /** Answers with what is wrong with the question, if anything is. */
  async function show(policy: vscode.Uri, asked: Asked): Promise<readonly Problem[]> {
    const any = vscode.l10n.t("any");
    const { from = any, to = any, service = any } = asked;
    const title = vscode.l10n.t("From {0} to {1}, service {2}", from, to, service);
    try {
      const answer = await withProgress(title, (_, token) =>
        server.sendRequest<Explained>("iochain/explain", { uri: policy.toString(), ...asked }, token),
      );
      if (answer === undefined) return [];
      const text = [answer.text, ...(answer.note === undefined ? [] : ["", answer.note])].join("\n");
      await documents.show(title, text, [{ policy, title: vscode.l10n.t("Debug") }]);
      return [];
    } catch (error) {
      const problems = (error as { data?: { problems?: readonly Problem[] } }).data?.problems;
      if (problems !== undefined && problems.length > 0) return problems;
      const why = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(vscode.l10n.t("This cannot be explained: {0}", why));
      return [];
    }
  }
}

/** All three parts; of a question that had problems, those that had. Undefined when the person does not go on. */
async function ask(before: Asked, problems: readonly Problem[]): Promise<Asked | undefined> {
  const prompts: Readonly<Record<Part, string>> = {
    from: vscode.l10n.t("From whom? As a rule says it: web-01, tag web, 10.0.0.0/8, any except db. Empty: anybody."),
    to: vscode.l10n.t("To whom? As a rule says it. Empty: anybody."),
    service: vscode.l10n.t("Which service? As a rule says it: https, tcp/8443, icmp. Empty: all."),
  };
  const answers: Asked = {};
  for (const [index, part] of PARTS.entries()) {
    const value = before[part] ?? "";
    const problem = problems.find((each) => each.part === part);
    if (problems.length > 0 && problem === undefined) {
      if (value !== "") answers[part] = value;
      continue;
    }
    const answer = await askPart(index + 1, prompts[part], value, problem);
    if (answer === undefined) return undefined;
    const said = answer.trim();
    if (said !== "" && said !== "any") answers[part] = said;
  }
  return answers;
}

/** A box that begins with what is wrong with its value; undefined when it is left. */
function askPart(
  step: number,
  prompt: string,
  value: string,
  problem: Problem | undefined,
): Promise<string | undefined> {
  const box = vscode.window.createInputBox();
  Object.assign(box, {
    title: vscode.l10n.t("Explain Class of Packets"),
    step,
    totalSteps: PARTS.length,
    prompt,
    value,
  });
  box.validationMessage = problem?.message;
  return new Promise<string | undefined>((resolve) => {
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    });
    box.onDidAccept(() => {
      resolve(box.value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}
