/** A notification of what takes long, with its progress and a way to cancel it; what is quick is not told at all. */
import * as vscode from "vscode";

/** What a person does not wait for, in milliseconds. */
const QUICK = 400;

export type Progress = vscode.Progress<{ readonly message?: string; readonly increment?: number }>;

/** Answers what `run` does; undefined when the person has cancelled it. */
export async function withProgress<Answer>(
  title: string,
  run: (progress: Progress, token: vscode.CancellationToken) => Promise<Answer>,
): Promise<Answer | undefined> {
  const source = new vscode.CancellationTokenSource();
  let shown: Progress | undefined;
  let done = 0;
  const answer = run(
    {
      report: ({ increment = 0, ...rest }) => {
        done += increment;
        shown?.report({ increment, ...rest });
      },
    },
    source.token,
  ).catch((error: unknown) => {
    if (source.token.isCancellationRequested) return undefined;
    throw error;
  });
  // A failure is the caller's, below.
  const settled = answer.then(
    () => true,
    () => true,
  );
  const isQuick = await Promise.race([settled, new Promise<false>((resolve) => setTimeout(resolve, QUICK, false))]);
  if (isQuick) return answer;
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
    shown = progress;
    if (done > 0) progress.report({ increment: done });
    token.onCancellationRequested(() => source.cancel());
    return answer;
  });
}
