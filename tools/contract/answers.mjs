// Holds answers of a server against the OpenAPI document: is the status listed, is the body what its schema says?
//
//   node answers.mjs DOCUMENT ANSWERS   checks a file of answers, one JSON object a line: method, url, status, type, text

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { deref, operations } from "./functions/walk.js";

const ROOT = "https://kenpo.test/document";
const escaped = (key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));

/** A document is {held, check}: `check` names the faults of one answer, `held` counts the answers that the document speaks of. */
export function answersOf(doc) {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  addFormats(ajv);
  ajv.addSchema(doc, ROOT);
  const routes = operations(doc).map((route) => ({ ...route, parts: route.path.split("/") }));
  const fits = (template, parts) =>
    template.length === parts.length && template.every((part, i) => part === parts[i] || (part.startsWith("{") && parts[i] !== ""));
  const find = (method, path) => {
    const parts = path.split("/");
    const here = routes.filter((route) => route.method === method && fits(route.parts, parts));
    return here.find((route) => route.path === path) ?? here[0];
  };
  const known = { held: 0, check };
  return known;

  function check({ method, url, status, type, text }) {
    const route = find(method.toLowerCase(), new URL(url, ROOT).pathname);
    if (!route) return [];
    known.held += 1;
    const listed = route.op.responses?.[status];
    if (!listed) return [`${route.op.operationId} answered ${status}, which the document does not list`];
    const at = listed.$ref ? listed.$ref.slice(2).split("/") : ["paths", route.path, route.method, "responses", String(status)];
    const content = deref(doc, listed).content;
    const media = (type ?? "").split(";")[0].trim();
    if (!content) return text === "" ? [] : [`${route.op.operationId} ${status}: a body that the document does not list`];
    if (!content[media]) return [`${route.op.operationId} ${status}: the document lists no ${media || "body"}`];
    const validate = ajv.compile({ $ref: `${ROOT}#/${[...at, "content", media, "schema"].map(escaped).join("/")}` });
    const bodies = media === "application/x-ndjson" ? text.split("\n").filter((line) => line !== "") : [text];
    return bodies.filter((body) => !validate(JSON.parse(body))).map(() => `${route.op.operationId} ${status}: ${ajv.errorsText(validate.errors)}`);
  }
}

/** The document of a file. */
export const read = (file) => answersOf(JSON.parse(readFileSync(file, "utf8")));

function main([document, answers]) {
  const held = read(document);
  const faults = readFileSync(answers, "utf8").split("\n").filter((line) => line !== "").flatMap((line) => held.check(JSON.parse(line)));
  for (const fault of faults) console.error(fault);
  const isSound = faults.length === 0 && held.held > 0;
  console.log(`  ${isSound ? "ok" : "FAILED"}  ${held.held} answers held against the document`);
  return isSound ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[1].endsWith("answers.mjs")) process.exit(main(process.argv.slice(2)));
