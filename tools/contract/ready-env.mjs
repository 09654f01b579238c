// Turns the ready file of `kenpo demo --ready-file` into shell assignments: employer.client_id → KENPO_EMPLOYER_CLIENT_ID,
// employer.employer_id → KENPO_EMPLOYER_ID.
// Objects one level deep; a JSON Web Key stays JSON text.

import { readFileSync } from "node:fs";

const quote = (value) => `'${String(value).replaceAll("'", "'\\''")}'`;
const lines = [];

function assign(name, value) {
  const text = typeof value === "object" ? JSON.stringify(value) : value;
  lines.push(`KENPO_${name.toUpperCase()}=${quote(text)}`);
}

for (const [key, value] of Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")))) {
  if (value === null) continue;
  if (typeof value !== "object") assign(key, value);
  else for (const [member, inner] of Object.entries(value)) if (inner !== null) assign(member.startsWith(`${key}_`) ? member : `${key}_${member}`, inner);
}
console.log(lines.join("\n"));
