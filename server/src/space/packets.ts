/** Sets of packets, exact: disjoint boxes, with the operations of sets. Immutable. */
import { type Box, boxContains, corner, intersectBoxes, type Point, subtractBoxes } from "./box.ts";

export class PacketSet {
  static readonly empty = new PacketSet([]);
  /** Disjoint. */
  readonly boxes: readonly Box[];

  private constructor(boxes: readonly Box[]) {
    this.boxes = boxes;
  }

  /** The packets of these boxes, which may overlap. */
  static of(...boxes: readonly Box[]): PacketSet {
    const disjoint: Box[] = [];
    for (const box of boxes) disjoint.push(...subtractBoxes([box], disjoint));
    return new PacketSet(disjoint);
  }

  get isEmpty(): boolean {
    return this.boxes.length === 0;
  }
  contains(packet: Point): boolean {
    return this.boxes.some((box) => boxContains(box, packet));
  }
  union(other: PacketSet): PacketSet {
    return new PacketSet([...this.boxes, ...subtractBoxes(other.boxes, this.boxes)]);
  }
  intersect(other: PacketSet): PacketSet {
    const boxes: Box[] = [];
    for (const a of this.boxes)
      for (const b of other.boxes) {
        const both = intersectBoxes(a, b);
        if (both !== undefined) boxes.push(both);
      }
    return new PacketSet(boxes);
  }
  subtract(other: PacketSet): PacketSet {
    return new PacketSet(subtractBoxes(this.boxes, other.boxes));
  }
  /** One of its packets; undefined when it is empty. `witness.ts` finds one that reads well. */
  witness(): Point | undefined {
    const box = this.boxes[0];
    return box && corner(box);
  }
}
