/** Services of the NSX Policy API, and those that NSX has without being told. */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { ALGS } from "./algs.ts";
import type { DraftEntry, DraftService } from "./draft.ts";
import type { JsonObject } from "./json.ts";
import { misread } from "./nsxFields.ts";
import { describe } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import { predefinedService } from "./predefined.ts";
import type { Report } from "./report.ts";
import { etherText, portEntry, portText, protocolEntry } from "./values.ts";

export interface ServiceSet {
  /** Undefined: any. */
  readonly entries?: readonly DraftEntry[];
  readonly lost: readonly string[];
  readonly layers: ReadonlySet<"ip" | "ethernet">;
}
interface Known {
  readonly lost: readonly string[];
  readonly layers: ReadonlySet<"ip" | "ethernet">;
}

export class NsxServices {
  readonly services: DraftService[] = [];
  readonly #objects: NsxObjects;
  readonly #report: Report;
  readonly #known = new Map<string, Known>();
  readonly #open = new Set<string>();

  constructor(objects: NsxObjects, report: Report) {
    this.#objects = objects;
    this.#report = report;
  }

  *read(): Steps<void> {
    for (const [i, service] of this.#objects.of("Service").entries()) {
      if (i % STRIDE === 0) yield;
      this.#service(service);
    }
  }

  /** Services and service entries of a rule. */
  of(rule: JsonObject): ServiceSet {
    const paths = rule.texts("services").filter((text) => !/^any$/i.test(text));
    const inline = rule.objects("service_entries");
    const layers = new Set<"ip" | "ethernet">();
    const lost: string[] = [];
    if (paths.length === 0 && inline.length === 0) return { lost, layers };
    const entries: DraftEntry[] = [];
    for (const path of paths) {
      const known = this.#path(path);
      if (known === undefined) {
        this.#report.wrong(rule.at("services"), `services: no input has ${path}, and it is none that NSX comes with`);
        lost.push(`service ${path} is not known`);
      } else {
        entries.push({ key: known.key });
        lost.push(...known.lost);
        for (const layer of known.layers) layers.add(layer);
      }
    }
    for (const json of inline) {
      const entry = this.#entry(json, "a rule's service entry");
      if ("lost" in entry) lost.push(entry.lost);
      else {
        entries.push(...entry.entries);
        layers.add(entry.layer);
      }
    }
    return { entries, lost, layers };
  }

  #path(path: string): (Known & { readonly key: string }) | undefined {
    const object = this.#objects.find(path);
    if (object?.type === "Service") return { key: object.path, ...this.#service(object) };
    const name = path.split("/").at(-1) as string;
    const service = predefinedService(name);
    if (service === undefined) return undefined;
    const key = `predefined:${service.name}`;
    const layers = new Set<"ip" | "ethernet">([service.entry.startsWith("ether/") ? "ethernet" : "ip"]);
    if (!this.#known.has(key)) {
      this.#known.set(key, { lost: [], layers });
      this.services.push({
        key,
        names: [name, service.name],
        entries: [{ text: service.entry }],
        ...(service.alg && { alg: service.alg }),
      });
    }
    return { key, lost: [], layers };
  }

  #service(object: NsxObject): Known {
    const { path, id, json } = object;
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    if (this.#open.has(path)) {
      this.#report.wrong(json.at(), `service ${id} contains itself`);
      return { lost: [`service ${id} contains itself`], layers: new Set() };
    }
    this.#open.add(path);
    const name = json.text("display_name") ?? id;
    const parts = [
      ...json.objects("service_entries"),
      ...this.#objects.childrenOf(object, ...Object.keys(READERS)).map((child) => child.json),
    ];
    const entries: DraftEntry[] = [];
    const lost: string[] = [];
    const layers = new Set<"ip" | "ethernet">();
    let alg: string | undefined;
    for (const part of parts) {
      const entry = this.#entry(part, `service ${id}`, parts.length === 1);
      if ("lost" in entry) lost.push(`service ${name}: ${entry.lost}`);
      else {
        entries.push(...entry.entries);
        layers.add(entry.layer);
        alg ??= entry.alg;
      }
    }
    if (parts.length === 0) {
      const predefined = predefinedService(id) ?? predefinedService(name);
      if (predefined !== undefined) {
        entries.push({ text: predefined.entry });
        layers.add(predefined.entry.startsWith("ether/") ? "ethernet" : "ip");
        alg = predefined.alg;
      } else {
        this.#report.wrong(json.at(), `service ${id} has no entry`);
        lost.push(`service ${name} has no entry`);
      }
    }
    if (layers.size > 1) lost.push(`service ${name} has entries of IP and of Ethernet`);
    const told: Known = { lost, layers };
    this.#known.set(path, told);
    if (lost.length === 0) this.#report.understood(json.at(), `service ${id}`);
    // A service needs an entry to be one; 255 is the reserved protocol, which nothing sends.
    this.services.push({
      key: path,
      names: [name, id, `${name} (service)`],
      entries: entries.length === 0 ? [{ text: "ip/255" }] : entries,
      comments: [...describe(json), ...lost.map((what) => `not expressible: ${what}`)],
      ...(alg !== undefined && { alg }),
    });
    return told;
  }

  #entry(
    json: JsonObject,
    whose: string,
    alone = false,
  ):
    | { readonly entries: DraftEntry[]; readonly layer: "ip" | "ethernet"; readonly alg?: string }
    | { readonly lost: string } {
    const type = json.text("resource_type") ?? "";
    const lose = (what: string, wrong = false) => {
      if (wrong) this.#report.wrong(json.at(), `${whose}: ${what}`);
      else this.#report.inexpressible(json.at(), `${whose}: ${what}`);
      return { lost: what };
    };
    const [strange] = misread(json, type, `of ${whose}`, this.#report);
    if (strange !== undefined) return { lost: strange };
    if (type === "NestedServiceServiceEntry") {
      const path = json.text("nested_service_path") ?? "";
      const known = this.#path(path);
      if (known === undefined)
        return lose(`no input has the service ${path}, and it is none that NSX comes with`, true);
      if (known.lost.length > 0) return { lost: known.lost.join("; ") };
      return { entries: [{ key: known.key }], layer: known.layers.has("ethernet") ? "ethernet" : "ip" };
    }
    if (type === "ALGTypeServiceEntry") {
      const alg = ALGS[json.text("alg") ?? ""];
      const to = portsOf(json, "destination_ports");
      const from = portsOf(json, "source_ports");
      if (alg === undefined) return lose(`the ALG ${json.text("alg")}`);
      if (to === undefined || from === undefined) return lose("a port that is none", true);
      const text = portEntry(alg.protocol, to, from);
      if (alone) return { entries: [{ text }], layer: "ip", alg: alg.alg };
      const key = `alg:${alg.alg}:${text}`;
      if (!this.#known.has(key)) {
        this.#known.set(key, { lost: [], layers: new Set(["ip"]) });
        this.services.push({
          key,
          names: [`${alg.alg}-alg`, `${alg.alg}-${text.replace(/\W+/g, "-")}`],
          entries: [{ text }],
          alg: alg.alg,
        });
      }
      return { entries: [{ key }], layer: "ip" };
    }
    const read = READERS[type];
    if (read === undefined) return lose(`a service entry of type ${type || "none"}`);
    const text = read(json);
    if (text === undefined) return lose(`an entry with a number that is none (${type})`, true);
    return { entries: [{ text }], layer: text.startsWith("ether/") ? "ethernet" : "ip" };
  }
}

/** Undefined where one is no port. */
function portsOf(json: JsonObject, key: string): string[] | undefined {
  const ports = json.texts(key).map(portText);
  return ports.includes(undefined) ? undefined : (ports as string[]);
}

/** Service entries by type, as entries of the language; undefined where a number is wrong. */
const READERS: Readonly<Record<string, (json: JsonObject) => string | undefined>> = {
  L4PortSetServiceEntry: (json) => {
    const protocol = json.text("l4_protocol")?.toLowerCase();
    const to = portsOf(json, "destination_ports");
    const from = portsOf(json, "source_ports");
    if ((protocol !== "tcp" && protocol !== "udp") || to === undefined || from === undefined) return undefined;
    return portEntry(protocol, to, from);
  },
  ICMPTypeServiceEntry: (json) => {
    const word = { ICMPv4: "icmp", ICMPv6: "icmpv6" }[json.text("protocol") ?? ""];
    const type = json.int("icmp_type");
    const code = json.int("icmp_code");
    if (word === undefined || ![type, code].every((n) => n === undefined || (n >= 0 && n <= 255))) return undefined;
    return type === undefined ? word : `${word}/${type}${code === undefined ? "" : `:${code}`}`;
  },
  IPProtocolServiceEntry: (json) => {
    const number = json.int("protocol_number");
    return number === undefined || number < 0 || number > 255 ? undefined : protocolEntry(number);
  },
  IGMPTypeServiceEntry: () => protocolEntry(2),
  EtherTypeServiceEntry: (json) => etherText(json.text("ether_type")),
  ALGTypeServiceEntry: () => undefined,
  NestedServiceServiceEntry: () => undefined,
};
