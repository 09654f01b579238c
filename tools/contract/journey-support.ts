// What the journey needs beside the generated client: settings, a fictitious personal number, the client's own key.

import { createPrivateKey, randomUUID, sign } from "node:crypto";

import { read } from "./answers.mjs";

/** A setting from the environment; without a default it must be there. */
export function env(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}

const answers = read(env("KENPO_DOCUMENT"));

/** Asks as `fetch` does, and holds the answer against the document before anybody sees it. */
export async function held(request: Request): Promise<Response> {
  const answer = await fetch(request);
  const { status, headers } = answer;
  const told = { method: request.method, url: request.url, status, type: headers.get("content-type"), text: await answer.clone().text() };
  const faults: string[] = answers.check(told);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return answer;
}

/** A number of the fictitious block: base digits 99990000nnn and their check digit. */
export function personalNumber(serial: string): string {
  const base = `99990000${serial.padStart(3, "0")}`;
  const weighted = [...base].reverse().map((digit, i) => Number(digit) * (i < 6 ? i + 2 : i - 4));
  const rest = weighted.reduce((sum, value) => sum + value, 0) % 11;
  return base + (rest <= 1 ? 0 : 11 - rest);
}

/** client_assertion_type of RFC 7523. */
export const PRIVATE_KEY_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** When an access token was issued, by the server's clock (epoch seconds). */
export function issuedAt(token: string): number {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { iat: number };
  return claims.iat;
}

/** A client assertion (RFC 7523), used once and for at most 60 seconds from `now`; `audience` is the issuer. */
export function signedAssertion(clientId: string, audience: string, jwkText: string, now: number): string {
  const jwk = JSON.parse(jwkText) as { kty: string; kid?: string; crv?: string };
  const isEd25519 = jwk.crv === "Ed25519";
  const header = { alg: isEd25519 ? "EdDSA" : "ES256", typ: "JWT", ...(jwk.kid ? { kid: jwk.kid } : {}) };
  const claims = { iss: clientId, sub: clientId, aud: audience, iat: now, nbf: now, exp: now + 50, jti: randomUUID() };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode(header)}.${encode(claims)}`;
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const signature = sign(isEd25519 ? null : "sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

/** Runs one step of a journey and says so. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    console.log(`  ok  ${title}`);
    return result;
  } catch (error) {
    console.error(`  FAILED  ${title}`);
    throw error;
  }
}
