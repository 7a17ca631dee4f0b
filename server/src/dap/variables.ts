/** The values a client may look into while the packet stands still: a tree whose branches are made when asked for. */
import type { DebugProtocol } from "@vscode/debugprotocol";

export interface Node {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** Made when the client opens it. */
  readonly children?: () => readonly Node[];
  /** How many children there are, where they are many: the client then asks for them in pages. */
  readonly indexed?: number;
  /** The expression that gives this value in a watch. */
  readonly expression?: string;
  readonly memory?: string;
  /** Sets the value from text; throws an Error that says why not. Absent: read only. */
  readonly set?: (text: string) => void;
  /** What a data breakpoint on it watches. */
  readonly data?: string;
  /** Where the value comes from, for `locations`. */
  readonly place?: Place;
}
export interface Place {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

/** Numbers for branches and places, valid until the packet moves. */
export class Shown {
  private readonly branches = new Map<number, Node>();
  private readonly places = new Map<number, Place>();
  /** Never used twice in a session: a stale number must find nothing rather than another branch. */
  private next = 1;

  forget(): void {
    this.branches.clear();
    this.places.clear();
  }
  reference(node: Node): number {
    if (!node.children) return 0;
    const number = this.next++;
    this.branches.set(number, node);
    return number;
  }
  branch(reference: number): Node | undefined {
    return this.branches.get(reference);
  }
  place(reference: number): Place | undefined {
    return this.places.get(reference);
  }
  private placeReference(place: Place): number {
    const number = this.next++;
    this.places.set(number, place);
    return number;
  }
  variable(node: Node): DebugProtocol.Variable {
    const { name, value, type, indexed, expression, memory, place } = node;
    const variable: DebugProtocol.Variable = { name, value, variablesReference: this.reference(node) };
    if (type !== undefined) variable.type = type;
    if (indexed !== undefined) variable.indexedVariables = indexed;
    if (expression !== undefined) variable.evaluateName = expression;
    if (memory !== undefined) variable.memoryReference = memory;
    if (place !== undefined) variable.valueLocationReference = this.placeReference(place);
    if (!node.set) variable.presentationHint = { attributes: ["readOnly"] };
    return variable;
  }
  /** A page of a branch's children. */
  variables(node: Node, page: { start?: number; count?: number; filter?: string }): DebugProtocol.Variable[] {
    const children = node.children?.() ?? [];
    if (page.filter === "named" && node.indexed !== undefined) return [];
    if (page.filter === "indexed" && node.indexed === undefined) return [];
    const start = page.start ?? 0;
    const end = page.count ? start + page.count : children.length;
    return children.slice(start, end).map((child) => this.variable(child));
  }
}
