// Does openapi/kenpo.v1.json break a client of a released document?
//
//   node openapi-diff.mjs <openapi folder>
//
// Requests may widen, responses may only add. Everything a client of a released document sent must still be taken;
// everything the new document may answer must be readable by that client. Both questions are one: does every value of
// schema A fit schema B? Asked as old → new for requests and as new → old for responses.
// A break that was decided is accepted by a line of CHANGES.md: "- accepted: <the finding, word for word>".

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options"];
// Limits of A must be at least as tight as those of B: lower ones not below, upper ones not above.
const LOWER = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

const pick = (object) => Object.entries(object ?? {});
const types = (schema) => [schema.type ?? []].flat();

function deref(doc, value) {
  if (typeof value?.$ref !== "string") return value;
  const steps = value.$ref.slice(2).split("/");
  const target = steps.reduce((node, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
  if (target === undefined) throw new Error(`dangling reference ${value.$ref}`);
  return deref(doc, target);
}

/** How one direction is asked: A's document, B's document, and the words for a member that only one side has. */
const REQUEST = { word: "request", lostMember: "A", openEnum: false };
const RESPONSE = { word: "response", lostMember: "B", openEnum: true };

/** Why a value of schema `a` may not fit schema `b`: calls say(where, why). */
function fits(a, b, context, where) {
  const pair = `${a.$ref ?? ""} → ${b.$ref ?? ""}`;
  if (a.$ref && b.$ref && context.seen.has(pair)) return;
  context.seen.add(pair);
  const from = deref(context.docA, a);
  const into = deref(context.docB, b);
  const say = (why) => context.say(`${where || "body"}: ${why}`);
  fitsScalar(from, into, context, say);
  fitsUnion(from, into, context, where, say);
  fitsObject(from, into, context, where, say);
  if (from.items && into.items) fits(from.items, into.items, context, `${where}[]`);
  if (!from.items && into.items && types(from).includes("array")) say("items are now described");
}

function fitsScalar(from, into, { direction }, say) {
  const wide = types(into);
  const strange = types(from).filter((type) => !wide.includes(type) && !(type === "integer" && wide.includes("number")));
  if (wide.length > 0 && (strange.length > 0 || types(from).length === 0)) {
    say(`type ${types(from).join("|") || "any"} no longer fits ${wide.join("|")}`);
  }
  fitsEnum(from, into, direction, say);
  for (const key of ["pattern", "format", "multipleOf"]) {
    if (key in into && into[key] !== from[key]) say(`${key} ${from[key] ?? "none"} does not fit ${into[key]}`);
  }
  for (const key of LOWER) if (key in into && !(from[key] >= into[key])) say(`${key} ${from[key] ?? "none"} does not fit ${into[key]}`);
  for (const key of UPPER) if (key in into && !(from[key] <= into[key])) say(`${key} ${from[key] ?? "none"} does not fit ${into[key]}`);
  if (into.uniqueItems && !from.uniqueItems) say("uniqueItems does not fit");
}

function fitsEnum(from, into, direction, say) {
  const allowed = into.enum ?? ("const" in into ? [into.const] : undefined);
  if (!allowed) return;
  // A list of answers that was published as open may grow: clients were told to accept unknown values.
  if (direction.openEnum && into["x-extensible-enum"]) return;
  const sent = from.enum ?? ("const" in from ? [from.const] : undefined);
  if (!sent) return say("an enum does not fit a free value");
  for (const value of sent) if (!allowed.includes(value)) say(`enum value ${JSON.stringify(value)} does not fit`);
}

/** A union's members are told apart by the name of their component. */
function fitsUnion(from, into, context, where, say) {
  const sent = from.oneOf ?? from.anyOf;
  const taken = into.oneOf ?? into.anyOf;
  if (!sent && !taken) return;
  if (!sent || !taken) return say("became a union, or ceased to be one");
  // Forms will be added: a union of answers may be published as open, like an enum.
  const isOpen = context.direction.openEnum && into["x-extensible-enum"];
  const key = (part) => part.$ref ?? JSON.stringify(part);
  for (const part of sent) {
    const match = taken.find((other) => key(other) === key(part));
    const name = key(part).split("/").at(-1);
    if (!match && !isOpen) say(`variant ${name} does not fit`);
    if (match) fits(part, match, context, `${where}<${name}>`);
  }
}

function fitsObject(from, into, context, where, say) {
  const member = (name) => (where ? `${where}.${name}` : name);
  for (const name of into.required ?? []) {
    if (!(from.required ?? []).includes(name)) context.say(`${member(name)}: required, but may be absent`);
  }
  for (const [name, schema] of pick(from.properties)) {
    if (into.properties?.[name]) fits(schema, into.properties[name], context, member(name));
    else if (context.direction.lostMember === "A") context.say(`${member(name)}: removed`);
  }
  if (context.direction.lostMember === "B") {
    for (const [name] of pick(into.properties)) {
      if (!from.properties?.[name]) context.say(`${member(name)}: removed`);
    }
  }
  const closed = into.additionalProperties === false && from.additionalProperties !== false;
  if (closed && context.direction.lostMember === "A") say("no longer takes unknown members");
  const [mapA, mapB] = [from.additionalProperties, into.additionalProperties];
  if (typeof mapA === "object" && typeof mapB === "object") fits(mapA, mapB, context, `${where}{}`);
}

/** Every reason why a client of `before` may fail against `after`, as lines that say where. */
export function breaks(before, after) {
  const found = new Set();
  for (const [route, item] of pick(before.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const title = `${method.toUpperCase()} ${route}`;
      const now = after.paths?.[route]?.[method];
      const say = (text) => found.add(`${title} ${text}`);
      if (!now) say("removed");
      else compareOperation({ before, after, say }, withParameters(item, item[method]), withParameters(after.paths[route], now));
    }
  }
  return [...found].sort();
}

const withParameters = (item, op) => ({ ...op, parameters: [...(item.parameters ?? []), ...(op.parameters ?? [])] });

function compareOperation(both, old, now) {
  if (old.operationId !== now.operationId) both.say(`operationId ${old.operationId} became ${now.operationId}`);
  compareParameters(both, old, now);
  compareBody(both, deref(both.before, old.requestBody), deref(both.after, now.requestBody));
  compareResponses(both, old.responses, now.responses);
  compareSecurity(both, old.security ?? both.before.security ?? [], now.security ?? both.after.security ?? []);
}

function requestFits(both, a, b, where) {
  const say = (text) => both.say(`request ${text}`);
  fits(a, b, { docA: both.before, docB: both.after, direction: REQUEST, say, seen: new Set() }, where);
}

function responseFits(both, a, b, where) {
  const say = (text) => both.say(`response ${text}`);
  fits(b, a, { docA: both.after, docB: both.before, direction: RESPONSE, say, seen: new Set() }, where);
}

function compareParameters(both, old, now) {
  const table = (doc, list) => new Map(list.map((raw) => deref(doc, raw)).map((one) => [`${one.in} ${one.name}`, one]));
  const [was, is] = [table(both.before, old.parameters), table(both.after, now.parameters)];
  for (const [key, parameter] of was) {
    const next = is.get(key);
    if (!next) both.say(`request ${key}: removed`);
    else {
      if (next.required && !parameter.required) both.say(`request ${key}: required, but may be absent`);
      requestFits(both, parameter.schema ?? {}, next.schema ?? {}, key);
    }
  }
  for (const [key, parameter] of is) {
    if (parameter.required && !was.has(key)) both.say(`request ${key}: required, but may be absent`);
  }
}

function compareBody(both, old, now) {
  if (!old && now?.required) both.say("request body: required, but may be absent");
  if (!old) return;
  if (!now) return both.say("request body: removed");
  if (now.required && !old.required) both.say("request body: required, but may be absent");
  for (const [type, media] of pick(old.content)) {
    const next = now.content?.[type];
    if (!next) both.say(`request body: media type ${type} removed`);
    else requestFits(both, media.schema ?? {}, next.schema ?? {}, "");
  }
}

function compareResponses(both, old, now) {
  for (const [status, raw] of pick(old)) {
    const was = deref(both.before, raw);
    const is = deref(both.after, now?.[status]);
    const inner = { ...both, say: (text) => both.say(`${status} ${text}`) };
    if (!is) {
      inner.say("removed");
      continue;
    }
    for (const [type, media] of pick(was.content)) {
      const next = is.content?.[type];
      if (!next) inner.say(`response body: media type ${type} removed`);
      else responseFits(inner, media.schema ?? {}, next.schema ?? {}, "");
    }
    for (const [name] of pick(was.headers)) if (!is.headers?.[name]) inner.say(`response header ${name}: removed`);
  }
}

/** Whoever was let in by an alternative of the old list must be let in by one of the new list. */
function compareSecurity(both, old, now) {
  if (now.length === 0) return;
  const covers = (was, is) => pick(is).every(([scheme, scopes]) => was[scheme] && scopes.every((scope) => was[scheme].includes(scope)));
  const alternatives = old.length === 0 ? [{}] : old;
  for (const was of alternatives) {
    if (!now.some((is) => covers(was, is))) both.say(`security: ${JSON.stringify(was)} is no longer enough`);
  }
}

/** The findings that CHANGES.md accepts. */
export function accepted(text) {
  return new Set([...text.matchAll(/^- accepted: (.+?)\s*$/gm)].map((match) => match[1]));
}

function main(folder) {
  const read = (...parts) => readFileSync(path.join(folder, ...parts), "utf8");
  const list = (name) => {
    try {
      return readdirSync(path.join(folder, name)).filter((file) => file.endsWith(".json")).sort();
    } catch (error) {
      if (error.code === "ENOENT") return [];
      throw error;
    }
  };
  const changes = list("").length > 0 && readdirSync(folder).includes("CHANGES.md") ? read("CHANGES.md") : "";
  const decided = accepted(changes);
  const now = JSON.parse(read("kenpo.v1.json"));
  const released = list("released");
  const open = released.flatMap((file) =>
    breaks(JSON.parse(read("released", file)), now).filter((line) => !decided.has(line)).map((line) => `${file}: ${line}`),
  );
  for (const line of open) console.error(line);
  console.log(`compared with ${released.length} released document(s): ${open.length} break(s) that CHANGES.md does not accept`);
  return open.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error("usage: node openapi-diff.mjs <openapi folder>");
    process.exit(2);
  }
  process.exit(main(process.argv[2]));
}
