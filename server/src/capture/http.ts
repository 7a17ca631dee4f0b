const START =
  /^(?:HTTP\/|ICY |(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|NOTIFY|M-SEARCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SUBSCRIBE|UNSUBSCRIBE) )/;
const LINE_FEED = 10;
const MOST_HEADER = 8192;
const MOST_MESSAGES = 32;

export function isHttp(payload: Uint8Array): boolean {
  return START.test(latin(payload.subarray(0, 16)));
}

/**
 * The names that tshark gives the octets of a segment on one of HTTP's ports: the messages' bodies by their
 * Content-Type, and `data` for the continuation of a body.
 */
export function httpNames(payload: Uint8Array): string {
  if (latin(payload.subarray(0, 24)).startsWith("PRI * HTTP/2.0")) return "http:http2";
  if (!isHttp(payload)) return payload.includes(LINE_FEED) ? "http:data" : "";
  let names = "http";
  let rest = payload;
  for (let count = 0; rest.length > 0 && count < MOST_MESSAGES; count += 1) {
    if (!isHttp(rest)) return `${names}:data`;
    const text = latin(rest.subarray(0, MOST_HEADER));
    const [blank] = /\r?\n\r?\n/.exec(text) ?? [];
    if (blank === undefined) return names;
    const end = text.indexOf(blank);
    const header = text.slice(0, end);
    const body = rest.subarray(end + blank.length);
    const length = bodyLength(header, body.length);
    if (length > 0) names += bodyName(header, body);
    rest = body.subarray(length);
  }
  return names;
}

/** RFC 9112, 6.3: a request without a length has no body; a response without one lasts till the connection ends. */
function bodyLength(header: string, most: number): number {
  if (/^HTTP\/\S+ (?:1\d\d|204|304)/.test(header)) return 0;
  if (/\ntransfer-encoding: *chunked/i.test(header)) return most;
  const stated = /\ncontent-length: *(\d+)/i.exec(header)?.[1];
  if (stated !== undefined) return Math.min(Number(stated), most);
  return header.startsWith("HTTP/") || header.startsWith("ICY ") ? most : 0;
}

/** Media types (IANA) that tshark has a dissector for. */
const MEDIA: Readonly<Record<string, string>> = {
  "application/ipp": ":ipp",
  "application/json": ":json",
  "application/sdp": ":sdp",
  "application/x-www-form-urlencoded": ":urlencoded-form",
  "application/x-javascript": ":data-text-lines",
  "application/octet-stream": ":data",
  "application/ocsp-request": ":ocsp",
  "application/ocsp-response": ":ocsp",
  "image/png": ":png",
  "image/gif": ":image-gif",
  "image/jpeg": ":image-jfif",
  "image/jpg": ":image-jfif",
  "video/mp4": ":mp4",
};

/** By the header's Content-Type; of a body that is compressed, too. */
function bodyName(header: string, body: Uint8Array): string {
  const type = /\ncontent-type: *([^;\r\n]+)/i.exec(header)?.[1]?.trim().toLowerCase() ?? "";
  const known = MEDIA[type];
  if (known !== undefined) return known;
  if (type.startsWith("text/") && type !== "text/xml") return ":data-text-lines";
  if (type.endsWith("xml")) return ":xml";
  if (type === "" && body[0] === 0x3c && latin(body.subarray(0, 5)) === "<?xml") return ":xml";
  return type === "" ? ":data" : ":media";
}

export function latin(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
