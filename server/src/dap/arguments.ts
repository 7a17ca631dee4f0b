/** What requests must carry: a client's mistake is told by the name of what is missing, before anything is done. */
import { RequestError } from "./protocol.ts";

type Sort = "number" | "string" | "object" | "array" | "boolean";
/** A name that ends in `?` may be left out, and must be of its sort when it is there. */
type Shape = Readonly<Record<string, Sort>>;

export const LAUNCH = "launch configuration";
const WISHES: Shape = { breakpoints: "array" };
const SHAPES: Readonly<Record<string, Shape>> = {
  [LAUNCH]: {
    "scenario?": "string",
    "packet?": "string",
    "capture?": "string",
    "at?": "string",
    "flow?": "string",
    "stopOnEntry?": "boolean",
    "stepThroughEmptySlots?": "boolean",
    "stopOnExpectFailure?": "boolean",
    "folders?": "array",
    "outsideFolders?": "boolean",
    "limits?": "object",
  },
  restart: { "arguments?": "object" },
  setBreakpoints: { source: "object", "breakpoints?": "array", "lines?": "array" },
  setFunctionBreakpoints: WISHES,
  setDataBreakpoints: WISHES,
  setExceptionBreakpoints: { filters: "array", "filterOptions?": "array" },
  breakpointLocations: { source: "object", line: "number", "endLine?": "number" },
  dataBreakpointInfo: { name: "string", "variablesReference?": "number" },
  gotoTargets: { source: "object", line: "number" },
  goto: { targetId: "number" },
  stepIn: { "targetId?": "number" },
  stepInTargets: { frameId: "number" },
  restartFrame: { frameId: "number" },
  stackTrace: { "startFrame?": "number", "levels?": "number" },
  scopes: { frameId: "number" },
  variables: { variablesReference: "number", "start?": "number", "count?": "number" },
  evaluate: { expression: "string", "context?": "string" },
  setVariable: { variablesReference: "number", name: "string", value: "string" },
  setExpression: { expression: "string", value: "string" },
  readMemory: { memoryReference: "string", count: "number", "offset?": "number" },
  writeMemory: { memoryReference: "string", data: "string", "offset?": "number" },
  completions: { text: "string", column: "number" },
  source: { "source?": "object", "sourceReference?": "number" },
  locations: { locationReference: "number" },
  modules: { "startModule?": "number", "moduleCount?": "number" },
};
const SOURCE: Shape = { "path?": "string", "name?": "string", "sourceReference?": "number" };
/** Of each thing in a list. */
const MEMBERS: Readonly<Record<string, readonly [list: string, Shape]>> = {
  setBreakpoints: ["breakpoints", { line: "number", "column?": "number", ...wish() }],
  setFunctionBreakpoints: ["breakpoints", { name: "string", ...wish() }],
  setDataBreakpoints: ["breakpoints", { dataId: "string", ...wish() }],
  setExceptionBreakpoints: ["filterOptions", { filterId: "string", "condition?": "string" }],
};
function wish(): Shape {
  return { "condition?": "string", "hitCondition?": "string", "logMessage?": "string" };
}

/** The one thread: the packet. */
export const THREAD = 1;

/**
 * Throws a RequestError that says what of a request's arguments is missing, or of the wrong sort, or names a thread that
 * is none.
 */
export function checkArguments(command: string, given: unknown): void {
  const { threadId } = given as { threadId?: unknown };
  if (threadId !== undefined && threadId !== THREAD)
    throw new RequestError(`there is no thread ${threadId}: the packet is thread ${THREAD}`);
  const shape = Object.hasOwn(SHAPES, command) ? SHAPES[command] : undefined;
  if (!shape) return;
  check(shape, given, command);
  const [list = "", member] = MEMBERS[command] ?? [];
  const members = (given as Record<string, unknown>)[list];
  if (member && Array.isArray(members)) for (const [i, one] of members.entries()) check(member, one, `${list}[${i}]`);
}

function check(shape: Shape, given: unknown, where: string): void {
  for (const [key, sort] of Object.entries(shape)) {
    const name = key.replace(/\?$/, "");
    const value = typeof given === "object" && given !== null ? (given as Record<string, unknown>)[name] : undefined;
    if (name !== key && (value === undefined || value === null)) continue;
    const found = Array.isArray(value) ? "array" : value === null ? "undefined" : typeof value;
    if (found === "undefined") throw new RequestError(`${where}: ${name} is missing`, where === LAUNCH);
    if (name === "source" && found === "object") check(SOURCE, value, name);
    if (found !== sort)
      throw new RequestError(`${where}: ${name} is ${article(found)}, not ${article(sort)}`, where === LAUNCH);
  }
}
const article = (sort: string): string => `${/^[ao]/.test(sort) ? "an" : "a"} ${sort}`;
