import type { Packet } from "./packet.ts";

const HTTP_START =
  /^(?:HTTP\/|(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|NOTIFY|M-SEARCH|PROPFIND|SUBSCRIBE) )/;
const LINE_FEED = 10;

/**
 * frame.protocols with what the first octets of the innermost payload tell: decoding itself goes by ports only, since
 * the chain does not look further.
 */
export function refinedProtocols(packet: Packet): string {
  const { protocols } = packet;
  const name = protocols.slice(protocols.lastIndexOf(":") + 1);
  const refine = REFINED[name];
  if (refine === undefined) return protocols;
  let innermost = packet;
  for (let next = packet.inner ?? packet.icmp?.quoted; next !== undefined; next = next.inner ?? next.icmp?.quoted) {
    innermost = next;
  }
  const layers = protocols.slice(0, protocols.length - name.length - 1);
  const refined = refine(innermost.payload);
  return refined === "" ? layers : `${layers}:${refined}`;
}

const REFINED: Readonly<Record<string, (payload: Uint8Array) => string>> = {
  http,
  mysql: (payload) => (isTls(payload) ? "tls" : "mysql"),
  "db-lsp-disc": (payload) => (payload[0] === 0x7b ? "db-lsp-disc:json" : "db-lsp-disc"),
};

/** A record of TLS 1.0 to 1.3 (RFC 8446, 5.1). */
function isTls(payload: Uint8Array): boolean {
  const [type = 0, major, minor = 255] = payload;
  return type >= 20 && type <= 23 && major === 3 && minor <= 4;
}

/** Wireshark waits for a whole line and a whole header, and calls the continuation of a body `data`. */
function http(payload: Uint8Array): string {
  if (!payload.includes(LINE_FEED)) return "";
  const text = latin(payload.subarray(0, 4096));
  if (!HTTP_START.test(text)) return "http:data";
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return "";
  return end + 4 < payload.length ? `http${body(text.slice(0, end))}` : "http";
}

/** By the header's Content-Type, if it is not compressed or in chunks. */
function body(header: string): string {
  const type = /\r\ncontent-type: *([^;\r]+)/i.exec(header)?.[1]?.trim().toLowerCase() ?? "";
  if (type === "application/json") return ":json";
  if (type === "application/x-www-form-urlencoded") return ":urlencoded-form";
  if (type.startsWith("text/") && type !== "text/xml") return ":data-text-lines";
  if (type.endsWith("xml")) return ":xml";
  return type === "" ? ":data" : ":media";
}

function latin(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
