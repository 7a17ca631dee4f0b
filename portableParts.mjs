// One script of the chunks that esbuild splits a program into. Each is a function that is run when it is first asked
// for: a worker takes the script as it is, and Node compiles only what it runs (`server/src/keptCode.ts`). A chunk takes
// the values of another once, when it begins, which is quicker than asking for each at every use; that none of them
// changes later is for `test/portable` to see.
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** `need` runs a part and gives its values; `demand` promises them. */
const LOADER =
  "(parts=>{const made=[],need=part=>made[part]??=parts[part](need,demand)," +
  "demand=part=>Promise.resolve(part).then(need);return need(0)})";

const IMPORT = /^\s*import\s*(?:\{([^}]*)\}\s*from\s*)?"\.\/([^"]+)";/;
const EXPORT = /export\s*\{([^}]*)\};\s*$/;
const DYNAMIC_IMPORT = /\bimport\("\.\/([^"]+)"\)/g;
const SOURCE_MAP = /\n\/\/# sourceMappingURL=.*\s*$/;

/**
 * For a build with `splitting` of one entry that writes nothing itself. The script begins with a line that says where
 * its parts lie, the entry first: how many characters behind that line, how many characters, in which line.
 *
 * @param {string} outfile
 * @param {string} start What is done with `entry`, the values of the entry.
 * @returns {import("esbuild").Plugin}
 */
export const oneScript = (outfile, start) => ({
  name: "one script",
  setup({ initialOptions, onEnd }) {
    const isEntry = ({ entryPoint }) => initialOptions.entryPoints.includes(entryPoint);
    onEnd(async ({ errors, outputFiles, metafile }) => {
      if (errors.length > 0) return;
      const files = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
      const names = Object.entries(metafile.outputs)
        .filter(([file]) => file.endsWith(".js"))
        .sort(([, a], [, b]) => Number(isEntry(b)) - Number(isEntry(a)))
        .map(([file]) => path.basename(file));
      const table = [];
      const sections = [];
      let script = `const entry=${LOADER}([\n`;
      for (const name of names) {
        const { head, body } = partOf(files.get(name), names);
        const line = linesIn(script) + 1;
        table.push([script.length, head.length + body.length, line]);
        sections.push({ offset: { line: line + linesIn(head), column: 0 }, map: JSON.parse(files.get(`${name}.map`)) });
        script += `${head}${body}\n,\n`;
      }
      script += `]);\n${start}\n//# sourceMappingURL=${path.basename(outfile)}.map\n`;
      await writeFile(outfile, `//# parts ${JSON.stringify(table)}\n${script}`);
      await writeFile(`${outfile}.map`, JSON.stringify({ version: 3, sections }));
    });
  },
});

const linesIn = (text) => text.split("\n").length - 1;

/** A chunk as a function, in two pieces: what it takes, and its text, which stays where its source map has it. */
function partOf(chunk, names) {
  const indexOf = (name) => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`there is no chunk ${name}`);
    return index;
  };
  let head = "(function(need,demand){";
  // Where a part lies is counted in characters, and Node counts octets. esbuild leaves patterns and comments as they are.
  let body = chunk
    .replace(SOURCE_MAP, "")
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  for (let found = IMPORT.exec(body); found; found = IMPORT.exec(body)) {
    const [all, values, name] = found;
    head += `${values === undefined ? "" : `const{${values.replace(/ as /g, ":")}}=`}need(${indexOf(name)});`;
    body = all.replace(/\S/g, " ") + body.slice(all.length);
  }
  body = body
    .replace(DYNAMIC_IMPORT, (all, name) => `demand(${indexOf(name)})`.padEnd(all.length))
    .replace(EXPORT, (_all, values) => `return{${values.replace(/([^\s,]+) as ([^\s,]+)/g, "$2:$1")}}`);
  return { head: `${head.replace(/\s/g, " ")}\n`, body: `${body}})` };
}
