/** What requests must carry: a client's mistake is told by the name of what is missing, before anything is done. */
import { RequestError } from "./protocol.ts";

type Sort = "whole number" | "whole number from 0" | "string" | "object" | "array" | "boolean";
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
  breakpointLocations: { source: "object", line: "whole number", "endLine?": "whole number" },
  dataBreakpointInfo: { name: "string", "variablesReference?": "whole number" },
  gotoTargets: { source: "object", line: "whole number" },
  goto: { targetId: "whole number" },
  stepIn: { "targetId?": "whole number" },
  stepInTargets: { frameId: "whole number" },
  restartFrame: { frameId: "whole number" },
  stackTrace: { "startFrame?": "whole number from 0", "levels?": "whole number from 0" },
  scopes: { frameId: "whole number" },
  variables: { variablesReference: "whole number", "start?": "whole number from 0", "count?": "whole number from 0" },
  evaluate: { expression: "string", "context?": "string" },
  setVariable: { variablesReference: "whole number", name: "string", value: "string" },
  setExpression: { expression: "string", value: "string" },
  readMemory: { memoryReference: "string", count: "whole number from 0", "offset?": "whole number" },
  writeMemory: { memoryReference: "string", data: "string", "offset?": "whole number" },
  completions: { text: "string", column: "whole number" },
  source: { "source?": "object", "sourceReference?": "whole number" },
  locations: { locationReference: "whole number" },
  modules: { "startModule?": "whole number from 0", "moduleCount?": "whole number from 0" },
};
const SOURCE: Shape = { "path?": "string", "name?": "string", "sourceReference?": "whole number" };
/** Of each thing in a list. */
const MEMBERS: Readonly<Record<string, readonly [list: string, Shape]>> = {
  setBreakpoints: ["breakpoints", { line: "whole number", "column?": "whole number", ...wish() }],
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
    const found = sortOf(value, sort);
    if (found === "undefined") throw new RequestError(`${where}: ${name} is missing`, where === LAUNCH);
    if (name === "source" && found === "object") check(SOURCE, value, name);
    if (found !== sort)
      throw new RequestError(
        `${where}: ${name} is ${found === String(value) ? found : article(found)}, not ${article(sort)}`,
        where === LAUNCH,
      );
  }
}
/** What a value is; a number that is not what is wanted, as itself. */
function sortOf(value: unknown, wanted: Sort): string {
  if (typeof value !== "number") return Array.isArray(value) ? "array" : value === null ? "undefined" : typeof value;
  if (!wanted.startsWith("whole number")) return "number";
  const fits = Number.isSafeInteger(value) && (wanted === "whole number" || value >= 0);
  return fits ? wanted : String(value);
}
const article = (sort: string): string => `${/^[ao]/.test(sort) ? "an" : "a"} ${sort}`;
