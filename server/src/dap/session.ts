/**
 * A debug session: what a client asks for, from launch to disconnect, and the run between two stops. What is looked at
 * while the packet stands still is `inspection.ts`; what the packet does is `debuggee.ts`.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { BreakpointSets } from "./breakpointSets.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { Debuggee } from "./debuggee.ts";
import { Inspection } from "./inspection.ts";
import { type LaunchArguments, launch, type Loaded } from "./launch.ts";
import { explainHalt, failureText, type Halted, packetText } from "./narration.ts";
import { PathStyle } from "./paths.ts";
import { Protocol, RequestError } from "./protocol.ts";
import { type Command, type Granularity, stopFor } from "./stepping.ts";
import type { Moment } from "./moment.ts";
import type { Position } from "./history.ts";

/** What the session needs of the machine that it runs on. */
export interface Host {
  /** The bytes of a file, by path or `file:` URI; undefined when there is none to read. */
  readFile(path: string): Uint8Array | undefined;
  /** Changes when the file does. */
  stamp?(path: string): number | undefined;
  /** The session is over: nothing more will be sent. */
  ended(): void;
}
export interface Session {
  /** A message of the client's. */
  handle(message: unknown): void;
  /** The client is gone. */
  close(): void;
}

/** Starts a session; `send` takes its messages to the client. */
export const createSession = (host: Host, send: (message: object) => void): Session =>
  new DebugSession(host, send);
