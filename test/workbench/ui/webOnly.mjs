// Turns the workbench into one without a remote machine, as vscode.dev is: extensions run in a web worker.
import { readFile } from "node:fs/promises";
import path from "node:path";

const mediaTypes = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
};
const settings = /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/;

/** Serves the extension from the workbench's own origin, and hands it to the workbench as one under development. */
export async function makeWebOnly(context, server, extension) {
  const { host } = new URL(server);
  const prefix = "/extension-under-test";
  await context.route(`**${prefix}/**`, async (route) => {
    const file = decodeURIComponent(new URL(route.request().url()).pathname).split(`${prefix}/`)[1];
    const body = await readFile(path.join(extension, file)).catch(() => undefined);
    if (!body) return route.fulfill({ status: 404 });
    return route.fulfill({
      body,
      contentType: mediaTypes[path.extname(file)] ?? "text/plain",
      headers: { "access-control-allow-origin": "*" },
    });
  });
  await context.route(
    (url) => url.pathname === "/",
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(settings, (_all, start, encoded) => {
        const configuration = JSON.parse(decode(encoded));
        delete configuration.remoteAuthority;
        configuration.developmentOptions = { extensions: [{ scheme: "http", authority: host, path: prefix }] };
        return `${start}${encode(JSON.stringify(configuration))}"`;
      });
      return route.fulfill({ response, body });
    },
  );
}

function decode(attribute) {
  return attribute.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

function encode(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
