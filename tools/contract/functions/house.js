// The checks behind .spectral.yaml. Each takes the whole, unresolved document and calls say(text, path).

import { allParameters, deref, exampleOf, operations, requestSchemas, walkDocument } from "./walk.js";

const CAMEL_VERB_NOUN = /^[a-z]+([A-Z][a-z0-9]*)+$/;
const PASCAL = /^([A-Z][a-z0-9]+)+$/;
const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const ENUM_VALUE = /^[a-z0-9]+(_[a-z0-9]+)*$/;
const PATH_PART = /^(\.?[a-z0-9]+([-.][a-z0-9]+)*|\{[a-z][a-z0-9_]*\})(:[a-z]+)?$/;
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
const MAX_SAFE = 9_007_199_254_740_991;
const MEDIA_TYPES = new Set([
  "application/json",
  "application/problem+json",
  "application/merge-patch+json",
  "application/x-ndjson",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/csv",
]);
// Names that a generated client uses for itself.
const RESERVED_HEADERS = new Set(["content-type", "accept", "authorization"]);

const isOauth = (path) => path.startsWith("/oauth/");
const isPublic = (op) => Array.isArray(op.security) && op.security.length === 0;
const types = (schema) => [schema.type ?? []].flat();
const isNull = (schema) => schema.type === "null";

function version(doc, say) {
  if (doc.openapi !== "3.1.0") say("openapi must be 3.1.0", ["openapi"]);
  if ("jsonSchemaDialect" in doc) say("jsonSchemaDialect must be absent", ["jsonSchemaDialect"]);
}

function operationIds(doc, say) {
  const seen = new Map();
  for (const { op, at } of operations(doc)) {
    const id = op.operationId ?? "";
    if (!CAMEL_VERB_NOUN.test(id)) say(`operationId "${id}" must be a camelCase verbNoun`, at);
    const folded = id.toLowerCase();
    if (seen.has(folded)) say(`operationId "${id}" folds to the same name as "${seen.get(folded)}"`, at);
    seen.set(folded, id);
  }
}

function tags(doc, say) {
  const declared = new Set((doc.tags ?? []).map((tag) => tag.name));
  for (const { op, at } of operations(doc)) {
    const [tag, ...more] = op.tags ?? [];
    if (!tag || more.length > 0) say("an operation has exactly one tag", at);
    if (tag === "Webhooks") say("the tag Webhooks is for webhooks only", at);
    if (tag && !PASCAL.test(tag)) say(`tag "${tag}" must be PascalCase`, at);
    if (tag && !declared.has(tag)) say(`tag "${tag}" is not declared at the top`, at);
  }
}

function enums(doc, say) {
  walkDocument(doc, (schema, at, isComponent) => {
    if (!Array.isArray(schema.enum) || schema.enum.length < 2) return;
    if (!isComponent) return say("an enum of several values must be a named component", at);
    for (const value of schema.enum) {
      if (typeof value === "string" && !ENUM_VALUE.test(value)) say(`enum value "${value}" must be snake_case`, at);
    }
  });
}

function enumDescriptions(doc, say) {
  walkDocument(doc, (schema, at, isComponent) => {
    if (!isComponent || !(schema.enum?.length > 1)) return;
    const words = schema["x-enum-descriptions"];
    const isWhole = words?.length === schema.enum.length && words.every((one) => JAPANESE.test(one));
    if (!isWhole) say("x-enum-descriptions must hold one Japanese description per value", at);
  });
}

function unions(doc, say) {
  walkDocument(doc, (schema, at) => {
    if (schema.anyOf) say("anyOf is not used", at);
    if (schema.allOf) say("allOf is not used: flatten the object", at);
    if (!schema.oneOf) return;
    const parts = schema.oneOf.filter((part) => !isNull(part));
    if (parts.some((part) => !part.$ref)) say("oneOf holds references to named objects only", at);
    // `oneOf [null, reference]` is a nullable object, not a union.
    if (parts.length < 2) return;
    // A line of a stream is read line by line: the trailer says so itself, an entry keeps the shape that its link covers.
    if (at.at(-1) === "ExportLine") return;
    const mapped = Object.values(schema.discriminator?.mapping ?? {});
    if (!schema.discriminator?.propertyName) return say("oneOf needs a discriminator", at);
    for (const part of parts) {
      if (!mapped.includes(part.$ref)) say(`discriminator.mapping lacks ${part.$ref}`, at);
      const kind = deref(doc, part)?.properties?.[schema.discriminator.propertyName];
      if (deref(doc, kind)?.enum?.length !== 1) {
        say(`${part.$ref} must hold "${schema.discriminator.propertyName}" as an enum of one value`, at);
      }
    }
  });
}

function inlineObjects(doc, say) {
  walkDocument(doc, (schema, at, isComponent) => {
    if (schema.properties && !isComponent) say("an object with members must be a named component", at);
  });
}

function closedRequests(doc, say) {
  for (const { schema, at } of requestSchemas(doc)) {
    if (schema.properties && schema.additionalProperties !== false) {
      say("an object of a request needs additionalProperties: false", at);
    }
  }
}

function bounds(doc, say) {
  for (const { schema, at } of requestSchemas(doc)) {
    if (!types(schema).includes("string")) continue;
    const isBounded = ["maxLength", "enum", "const", "format"].some((key) => key in schema);
    if (!isBounded) say("a string of a request needs maxLength, enum, const or format", at);
  }
  walkDocument(doc, (schema, at) => {
    if (types(schema).includes("array") && !("maxItems" in schema)) say("an array needs maxItems", at);
    if (types(schema).includes("integer") && !schema.format) say("an integer needs format int32 or int64", at);
    if (!String(at.at(-1)).endsWith("_yen") || schema.$ref || schema.items?.$ref) return;
    const isYen = schema.format === "int64" && "minimum" in schema && schema.maximum <= MAX_SAFE;
    if (!types(schema).includes("integer") || !isYen) say("*_yen is int64 with minimum and maximum up to 2^53-1", at);
  });
}

function names(doc, say) {
  for (const route of operations(doc)) {
    for (const part of route.path.slice(1).split("/")) {
      if (!PATH_PART.test(part)) say(`path part "${part}" must be kebab-case`, route.at);
    }
    for (const parameter of allParameters(doc, route)) {
      if (parameter.in !== "header" && !SNAKE.test(parameter.name)) say(`parameter "${parameter.name}" must be snake_case`, route.at);
    }
  }
  walkDocument(doc, (schema, at) => {
    if (at.at(-2) !== "properties") return;
    const name = String(at.at(-1));
    const plain = deref(doc, schema);
    if (!SNAKE.test(name)) say(`member "${name}" must be snake_case`, at);
    // a list of days is named as one day is
    const dated = plain.items ? deref(doc, plain.items) : plain;
    if (name.endsWith("_on") && dated.format !== "date") say(`"${name}" must have format date`, at);
    if (name.endsWith("_at") && plain.format !== "date-time") say(`"${name}" must have format date-time`, at);
  });
}

function parameters(doc, say) {
  for (const route of operations(doc)) {
    for (const parameter of allParameters(doc, route)) {
      if (parameter.in === "header" && RESERVED_HEADERS.has(parameter.name.toLowerCase())) {
        say(`header parameter "${parameter.name}" belongs to the client`, route.at);
      }
      const isList = types(deref(doc, parameter.schema) ?? {}).includes("array");
      if (isList && !(parameter.style === "form" && parameter.explode === false)) {
        say(`array parameter "${parameter.name}" needs style form, explode false`, route.at);
      }
    }
  }
}

function mediaTypes(doc, say) {
  for (const { op, at } of operations(doc)) {
    for (const type of Object.keys(deref(doc, op.requestBody)?.content ?? {})) {
      if (!MEDIA_TYPES.has(type)) say(`media type "${type}" is not one of ours`, [...at, "requestBody"]);
    }
    for (const [status, response] of Object.entries(op.responses ?? {})) {
      for (const type of Object.keys(deref(doc, response)?.content ?? {})) {
        if (!MEDIA_TYPES.has(type)) say(`media type "${type}" is not one of ours`, [...at, "responses", status]);
      }
    }
  }
}

/** The failures that the shape of an operation makes possible. */
function possibleFailures(doc, route) {
  const headers = allParameters(doc, route).map((parameter) => parameter.in === "header" && parameter.name);
  const wanted = ["500", "503", "default"];
  if (!isPublic(route.op)) wanted.push("401", "403", "429");
  if (route.path.includes("{")) wanted.push("404");
  if (route.op.requestBody) wanted.push("400", "413", "415", "422");
  if (headers.includes("If-Match")) wanted.push("412", "428");
  if (headers.includes("Idempotency-Key")) wanted.push("409");
  return wanted;
}

function problems(doc, say) {
  for (const route of operations(doc)) {
    const listed = route.op.responses ?? {};
    if (route.path.startsWith("/v1/")) {
      const missing = possibleFailures(doc, route).filter((status) => !(status in listed));
      if (missing.length > 0) say(`failures not listed: ${missing.join(", ")}`, [...route.at, "responses"]);
    }
    for (const [status, response] of Object.entries(listed)) {
      if (!/^([45]|default)/.test(status)) continue;
      const wanted = isOauth(route.path) ? "application/json" : "application/problem+json";
      const given = Object.keys(deref(doc, response)?.content ?? {});
      if (given.length !== 1 || given[0] !== wanted) say(`${status} must be ${wanted} and nothing else`, [...route.at, "responses", status]);
    }
  }
}

function scopes(doc, say) {
  for (const { op, path, at } of operations(doc)) {
    if (!Array.isArray(op.security)) {
      say("security must be given per operation ([] when public)", at);
      continue;
    }
    if (isPublic(op) || !path.startsWith("/v1/")) continue;
    // A session's own end needs the session, not a scope.
    if (path.startsWith("/v1/sessions")) continue;
    for (const alternative of op.security) {
      const needed = Object.values(alternative).flat();
      if (needed.length !== 1) say("an operation needs exactly one scope", [...at, "security"]);
    }
  }
}

function explained(doc, say) {
  for (const { op, path, at } of operations(doc)) {
    if (!JAPANESE.test(op.summary ?? "")) say("the summary must be Japanese", at);
    if (!op.description) say("a description is needed", at);
    if (path.startsWith("/v1/") && !op["x-law"]) say("x-law must name the article or requirement", at);
    for (const [type, media] of Object.entries(deref(doc, op.requestBody)?.content ?? {})) {
      if (exampleOf(doc, media) === undefined) say(`the request needs an example (${type})`, [...at, "requestBody"]);
    }
    for (const [status, response] of Object.entries(op.responses ?? {})) {
      const media = deref(doc, response)?.content?.["application/json"];
      if (/^2/.test(status) && media && exampleOf(doc, media) === undefined) say(`answer ${status} needs an example`, [...at, "responses", status]);
    }
  }
}

const CHECKS = {
  version, operationIds, tags, enums, enumDescriptions, unions, inlineObjects, closedRequests, bounds,
  names, parameters, mediaTypes, problems, scopes, explained,
};

/** Spectral calls this once per rule; functionOptions.check names the check. */
export default function house(doc, { check }) {
  const found = [];
  CHECKS[check](doc, (message, path) => found.push({ message, path }));
  return found;
}
