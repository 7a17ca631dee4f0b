/** A workspace of a stranger's that wants what is not its own, and an innocent one of the same shape. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stands in a policy that lies outside, and in every other file. */
export const POLICY = "p0licy-of-another";
export const SECRET = "s3cret-of-another";

export interface Workspace {
  /** What lies around the workspace, and goes with it. */
  readonly outside: string;
  readonly folder: string;
  readonly main: string;
  readonly text: string;
}

const policy = (imports: readonly string[], captures: readonly string[]) => `policy "A policy"
${imports.map((path) => `import "${path}"`).join("\n")}
segment web { vni 5001  subnet 10.0.1.0/24 }
vm web-01 { vnic eth0 { segment web  mac 00:50:56:aa:00:01  ip 10.0.1.11 } }
/// [a link](command:workbench.action.terminal.new) <img src="http://127.0.0.1:9/x.png">
group everyone = any
dfw east-west {
  section "All" { rule 1001 "<script>alert(1)</script> [x](command:y)" allow from everyone to any }
  default drop
}
chain all { slot 2 dfw east-west }
scenario "A scenario" {
  send tcp 10.0.1.11:40000 -> 10.0.9.9:443 syn expect delivered
${captures.map((path) => `  replay "${path}" at web-01.eth0`).join("\n")}
}
`;

function workspace(make: (outside: string, folder: string) => { imports: string[]; captures: string[] }): Workspace {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), "iochain-outside-")));
  const folder = join(outside, "workspace");
  mkdirSync(join(folder, ".vscode"), { recursive: true });
  const { imports, captures } = make(outside, folder);
  const main = join(folder, "main.iochain");
  const text = policy(imports, captures);
  writeFileSync(join(folder, "inside.iochain"), "group inside = 10.0.0.1\n");
  writeFileSync(main, text);
  return { outside, folder, main, text };
}

export const innocent = (): Workspace => workspace(() => ({ imports: ["inside.iochain"], captures: [] }));

export const hostile = (): Workspace =>
  workspace((outside, folder) => {
    writeFileSync(join(outside, "secret.iochain"), `group ${POLICY} = 10.0.0.2 nonsense-${POLICY}\n`);
    writeFileSync(join(outside, "secret.txt"), `${SECRET}\n`);
    writeFileSync(join(outside, "secret.pcap"), SECRET);
    symlinkSync(outside, join(folder, "folder"));
    for (const name of ["secret.iochain", "secret.txt", "secret.pcap"])
      symlinkSync(join("..", name), join(folder, name));
    symlinkSync("/dev/zero", join(folder, "zero.pcap"));
    // A pipe that nobody writes to holds up whoever opens it.
    spawnSync("mkfifo", [join(folder, "pipe.iochain"), join(folder, "pipe.pcap")]);
    // What Node would read if it looked into the folder that it runs in.
    writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "../secret.txt" }');
    writeFileSync(
      join(folder, ".vscode/launch.json"),
      '{ "configurations": [{ "folders": ["/"], "outsideFolders": true }] }',
    );
    const paths = (name: string) => [
      `../${name}`,
      name,
      `folder/${name}`,
      `./inside/../../${name}`,
      `..\\\\${name}`,
      join(outside, name),
      `file://${outside}/${name}`,
      `file://${folder}/..%2F${name}`,
      `file://${folder}/%2e%2e/${name}`,
      `file://server/share/${name}`,
      `\\\\\\\\server\\\\share\\\\${name}`,
      `http://127.0.0.1:9/${name}`,
      `vscode-remote://127.0.0.1/${name}`,
    ];
    return {
      imports: [
        "inside.iochain",
        ...paths("secret.iochain"),
        ...paths("secret.txt"),
        "/etc/passwd",
        "pipe.iochain",
        "command:workbench.action.terminal.new",
        "/proc/self/environ",
      ],
      captures: [...paths("secret.pcap"), "zero.pcap", "pipe.pcap", "/dev/zero", "/etc/passwd", "."],
    };
  });
