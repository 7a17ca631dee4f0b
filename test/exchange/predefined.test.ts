/** The services that NSX comes with: each is an entry that the language reads, and is found by name and by id. */
import { expect, test } from "vitest";
import { PREDEFINED, predefinedService } from "../../server/src/exchange/predefined.ts";
import { mistakesOf } from "./policies.ts";

test("are entries of the language", () => {
  expect(PREDEFINED.length).toBeGreaterThan(350);
  const lines = PREDEFINED.map(
    ({ entry, alg }, i) => `service s${i} = ${entry}${alg === undefined ? "" : ` alg ${alg}`}\n`,
  );
  expect(
    mistakesOf(`policy "p"\nplatform nsx 4\n${lines.join("")}`).filter((line) => !line.includes("formatted")),
  ).toEqual([]);
});

test.each([
  ["KERBEROS", "tcp/88"],
  ["IBM_DB2", "tcp/5000"],
  ["HTTPS_nettcp_binding", "tcp/{32843, 32844, 32845}"],
  ["ICMP_Echo_Request", "icmp/8:0"],
  ["Server Message Block (SMB)", "tcp/{137, 138, 139}"],
  ["Win_2008_-_RPC,_DCOM,_EPM,_DRSUAPI,_NetLogonR,_SamR,_FRS", "tcp/49152-65535"],
  ["no such service", undefined],
])("%s", (name, entry) => expect(predefinedService(name)?.entry).toBe(entry));
