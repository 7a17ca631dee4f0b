/** A page's frame. Its content is drawn by the view's `page/page.ts`; nothing but our own script and style sheet may load. */
import * as vscode from "vscode";

/** `root` is the folder that holds `page.js` and `page.css`; `id` is that of the element that they draw in. */
export function pageHtml(webview: vscode.Webview, root: vscode.Uri, id: string): string {
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  const nonce = crypto.randomUUID();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${uri("page.css")}">
  <title>IOChain</title>
</head>
<body>
  <main id="${id}"></main>
  <script nonce="${nonce}" src="${uri("page.js")}"></script>
</body>
</html>`;
}
