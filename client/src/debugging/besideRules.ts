/**
 * While a packet is debugged, beside each rule that was tried stands whether it matches, and nothing else: VS Code would
 * write the expression in front of it, and the rules' hints would push it out of sight.
 */
import * as vscode from "vscode";
import type { InlayHintsMiddleware, InlineValueMiddleware } from "vscode-languageclient";
import { debugType, languageId } from "../names.ts";
import type { Server } from "../server.ts";

const session = (): vscode.DebugSession | undefined => {
  const active = vscode.debug.activeDebugSession;
  return active?.type === debugType ? active : undefined;
};

export const besideRules: InlayHintsMiddleware & InlineValueMiddleware = {
  async provideInlayHints(document, range, token, next) {
    const hints = await next(document, range, token);
    return session() ? hints?.filter(({ position }) => !/^\s*rule\b/.test(document.lineAt(position).text)) : hints;
  },
  async provideInlineValues(document, range, context, token, next) {
    const values = (await next(document, range, context, token)) ?? [];
    const told = await Promise.all(
      values.map(async (value) => {
        if (!(value instanceof vscode.InlineValueEvaluatableExpression)) return value;
        const question = { expression: value.expression, frameId: context.frameId, context: "watch" };
        // A rule that says nothing here has nothing beside it; nor has any once the packet has moved on.
        const text: string | undefined = await session()
          ?.customRequest("evaluate", question)
          .then(
            ({ result }: { result: string }) => result,
            () => undefined,
          );
        return text === undefined ? undefined : new vscode.InlineValueText(value.range, text);
      }),
    );
    return told.filter((value) => value !== undefined);
  },
};

/** Has the hints asked for anew when a session begins or ends; a rule's number asks why the rule matches or does not. */
export function registerBesideRules(context: vscode.ExtensionContext, server: Server): void {
  context.subscriptions.push(
    vscode.languages.registerEvaluatableExpressionProvider(languageId, {
      provideEvaluatableExpression(document, position) {
        const { line } = position;
        const [before, id] = /^(\s*rule\s+)(\d+)\b/.exec(document.lineAt(line).text)?.slice(1) ?? [];
        if (before === undefined || id === undefined) return undefined;
        const range = new vscode.Range(line, before.length, line, before.length + id.length);
        return range.contains(position) ? new vscode.EvaluatableExpression(range, `matches(${id})`) : undefined;
      },
    }),
    vscode.debug.onDidChangeActiveDebugSession(async () => {
      const hints = (await server.client).getFeature("textDocument/inlayHint");
      for (const document of vscode.workspace.textDocuments)
        if (document.languageId === languageId) hints?.getProvider(document)?.onDidChangeInlayHints.fire();
    }),
  );
}
