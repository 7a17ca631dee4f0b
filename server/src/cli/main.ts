/** `iochain`, the command: its arguments. Each command is a file of its own. */
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { version } from "../../../package.json";
import { EXPORT_FORMATS, IMPORT_FORMATS } from "../exchange/formats.ts";
import { check } from "./check.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import type { exportFile } from "./export.ts";
import { fmt } from "./fmt.ts";
import type { importFiles } from "./import.ts";
import { replay } from "./replay.ts";
import { OK, say, UNUSABLE, Unusable, writeOut } from "./terminal.ts";
import { test } from "./test.ts";
import { trace } from "./trace.ts";

/** A count from 0, for options; commander tells the message. */
function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 0.");
  return Number(text);
}
/** A repeatable option. */
const several = (text: string, before: readonly string[] = []) => [...before, text];
const format = (...choices: string[]) =>
  new Option("--format <format>", "how to print").choices(choices).default(choices[0]);

const coverage = () =>
  new Option("--coverage [format]", "what nothing has exercised; lcov: for other tools").choices(["text", "lcov"]);

const program = new Command("iochain")
  .description("What happens to this packet, and why? NSX IOChain policies: check, test, trace, replay.")
  .version(version)
  .exitOverride()
  .showHelpAfterError()
  .configureOutput({
    outputError: (text, write) => write(text),
    writeOut,
    writeErr: (text) => say(text.replace(/\n$/, "")),
  });

/** Commands give their exit code; what they throw as `Unusable` is told and ends with 2. */
let exitCode: number = OK;
let serving = false;
const run =
  <A extends unknown[]>(command: (...args: A) => number | Promise<number>) =>
  async (...args: A) => {
    exitCode = await command(...args);
  };

program
  .command("check")
  .description("findings of policies")
  .argument("<path...>", "policy files, or folders of them; - reads standard input")
  .addOption(format("text", "json", "sarif"))
  .option("--max-warnings <n>", "more warnings than this exit with 1", count)
  .action(run(check));
program
  .command("fmt")
  .description("format policies in place")
  .argument("<path...>", "policy files, or folders of them; - reads standard input and writes standard output")
  .option("--check", "write nothing; exit with 1 where a file is not formatted")
  .action(run(fmt));
program
  .command("test")
  .description("run scenarios and asserts")
  .argument("<path...>", "policy files, or folders of them")
  .addOption(format("text", "json", "junit", "tap"))
  .option("--filter <text>", "only tests whose name has this text")
  .addOption(coverage())
  .action(run(test));
program
  .command("trace")
  .description("walk one packet through every slot")
  .argument("<file>", "a policy file")
  .requiredOption("--packet <text>", "the packet, as after `send`: tcp 203.0.113.7:51000 -> web-01:443 syn")
  .option("--from <vnic>", "the vNIC that sends it, where its source does not say")
  .addOption(format("text", "json", "pcapng"))
  .action(run(trace));
program
  .command("diff")
  .description("the packets that fare differently under two policies")
  .argument("<old>", "a policy file")
  .argument("<new>", "another one")
  .addOption(format("text", "json"))
  .action(run(diff));
program
  .command("explain")
  .description("the fate of a class of packets, split where it splits")
  .argument("<file>", "a policy file")
  .option("--from <endpoints>", "who sends, as in a rule: web, 203.0.113.0/24, any except tag prod")
  .option("--to <endpoints>", "who is to receive, as in a rule")
  .option("--service <entries>", "the services, as in a rule: https, tcp/8080-8090")
  .addOption(format("text", "json"))
  .action(run(explain));
program
  .command("replay")
  .description("walk every frame of a capture")
  .argument("<file>", "a policy file")
  .argument("<capture>", "a pcap or pcapng file, also gzipped; - reads standard input")
  .option("--at <vnic>", "the vNIC at which the capture was taken; without it frames are placed by their MACs")
  .option("--mac-map <mac=vnic>", "a MAC of the capture and the vNIC it is; repeatable", several)
  .option("--interface <name=vnic>", "a pcapng interface, by name or number, and its vNIC; repeatable", several)
  .option("--inner", "walk what tunnels carry, the innermost packet")
  .option("--write <file>", "write the frames as pcapng; each one's comments say what every slot did")
  .addOption(format("text", "json", "ndjson", "csv"))
  .option("--summary", "counts by outcome, rule, reason and flow instead of a line a frame; csv: a line a flow")
  .addOption(coverage())
  .option("--limit <n>", "stop after this many frames", count)
  .action(run(replay));
program
  .command("decode")
  .description("the frames of a capture as read, fields by their Wireshark names")
  .argument("<capture>", "a pcap or pcapng file, also gzipped; - reads standard input")
  .addOption(format("text", "ndjson"))
  .option("--limit <n>", "stop after this many frames", count)
  .action(run(decode));

program
  .command("import")
  .description("one policy of dumps, exports or logs of others; what was made of them on standard error")
  .addArgument(new Argument("<format>", "what the inputs are").choices(IMPORT_FORMATS))
  .argument("<input...>", "files; - reads standard input")
  .option("-o, --output <file>", "where to write the policy; without it, standard output")
  .action(run(async (...args: Parameters<typeof importFiles>) => (await import("./import.ts")).importFiles(...args)));

program
  .command("export")
  .description("a policy in another format; what that cannot hold on standard error")
  .addArgument(new Argument("<format>", "what to write").choices(EXPORT_FORMATS))
  .argument("<file>", "a policy file")
  .option("-o, --output <file>", "where to write it; without it, standard output")
  .action(run(async (...args: Parameters<typeof exportFile>) => (await import("./export.ts")).exportFile(...args)));

/** The servers are bundles of their own beside this one: `check` need not load them, nor they commander. */
const sibling = (name: string) => join(dirname(realpathSync(process.argv[1] as string)), name);
program
  .command("lsp")
  .description("the language server, over standard input and output")
  .option("--stdio", "the only transport, and the default")
  .action(async () => {
    process.argv = [process.argv[0] as string, sibling("server.js"), "--stdio"];
    await import(pathToFileURL(sibling("server.js")).href);
    serving = true;
  });
program
  .command("dap")
  .description("the debug adapter, over standard input and output")
  .option("--port <n>", "listen on 127.0.0.1 instead", count)
  .action(async ({ port }: { port?: number }) => {
    process.argv = [
      process.argv[0] as string,
      sibling("debug-adapter.js"),
      ...(port === undefined ? [] : ["--port", String(port)]),
    ];
    await import(pathToFileURL(sibling("debug-adapter.js")).href);
    serving = true;
  });
program
  .command("mcp")
  .description("tools for assistants (Model Context Protocol), over standard input and output")
  .action(async () => {
    const { mcp } = await import("./mcp.ts");
    mcp();
    serving = true;
  });

/** `--coverage FILE`: the file is no format. */
function namedFormat(word: string, i: number, words: readonly string[]): string {
  return word === "--coverage" && !["text", "lcov"].includes(words[i + 1] ?? "") ? "--coverage=text" : word;
}

async function main(): Promise<void> {
  try {
    await program.parseAsync(process.argv.map(namedFormat));
    // A server runs on and ends by itself.
    if (!serving) process.exitCode = exitCode;
  } catch (error) {
    process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? OK : UNUSABLE;
    if (error instanceof CommanderError) return;
    if (error instanceof Unusable) say(`iochain: ${error.message}`);
    else {
      say(`iochain: a mistake of its own, please report it: ${error instanceof Error ? error.message : String(error)}`);
      if (process.env.IOCHAIN_DEBUG && error instanceof Error) say(error.stack ?? "");
    }
  }
}
void main();
