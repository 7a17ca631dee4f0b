/** What firewall rules of NSX-v name, by object id: sets, groups, tags, applications, machines, switches. */
import { NsxvGroups } from "./nsxvGroups.ts";
import { NsxvInventory } from "./nsxvInventory.ts";
import { NsxvServices } from "./nsxvServices.ts";
import type { Report } from "./report.ts";
import type { XmlNode } from "./xml.ts";

export class NsxvObjects {
  readonly inventory: NsxvInventory;
  readonly groups: NsxvGroups;
  readonly services: NsxvServices;
  readonly #nodes = new Map<string, XmlNode>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
    this.inventory = new NsxvInventory(report);
    this.groups = new NsxvGroups(this.#nodes, this.inventory, report);
    this.services = new NsxvServices(this.#nodes, report);
  }

  /** Keeps an object for those that name it. */
  add(node: XmlNode): void {
    const { file, line, column } = node.at();
    const id = node.text("objectId") ?? node.text("id") ?? `${node.name}:${file}:${line}:${column}`;
    if (this.#nodes.has(id))
      this.#report.wrong(node.at(), `${node.name} ${id} is in the inputs twice; the first is used`);
    else this.#nodes.set(id, node);
  }
}
