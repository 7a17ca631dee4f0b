// What VS Code's JSON server parses with.
export { parseTree } from "jsonc-parser";
