#!/usr/bin/env python3
"""Checks an export of the audit log, using nothing of kenpo: only the text in docs/authorisation-and-audit.md.

    verify_audit.py FILE        "-" reads standard input; exit code 0 good, 1 bad, 2 cannot be read

Names the first bad line. A good export is whole, in order and unchanged since its links were given.
"""
import hashlib
import json
import sys

TRAILER = {"trailer", "count", "sha256", "from_seq", "to_seq", "previous_link", "last_link"}
ZEROS = bytes(32)


class Bad(Exception):
    """What is wrong, and on which line."""


def no_twins(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def no_fraction(text):
    raise ValueError("a number that is not whole: " + text)


def parse(line, number):
    try:
        if not line.endswith(b"\n"):
            raise ValueError("no newline")
        value = json.loads(line.decode("utf-8"), object_pairs_hook=no_twins, parse_float=no_fraction)
        if not isinstance(value, dict):
            raise ValueError("no object")
        return value
    except ValueError as error:
        raise Bad(f"line {number}: not a line of an export ({error})")


def link_of(previous, seq, fields):
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + canonical.encode("utf-8")).digest()


def verify(lines):
    digest, count, first, last = hashlib.sha256(), 0, None, None
    number = 0
    for number, line in enumerate(lines, 1):
        value = parse(line, number)
        if "trailer" in value:
            try:
                check_trailer(value, number, digest.hexdigest(), count, first, last)
            except (TypeError, ValueError):
                raise Bad(f"line {number}: a malformed trailer")
            if next(iter(lines), b""):
                raise Bad(f"line {number + 1}: something follows the trailer")
            return value
        seq, link = value.pop("seq", None), value.pop("link", None)
        if type(seq) is not int or seq < 1 or not isinstance(link, str):
            raise Bad(f"line {number}: no position or no link")
        if last and seq != last[0] + 1:
            raise Bad(f"line {number}: position {seq} where {last[0] + 1} belongs")
        previous = last[1] if last else (ZEROS if seq == 1 else None)
        if previous is not None and link_of(previous, seq, value).hex() != link:
            raise Bad(f"line {number}: the link does not fit: this entry or a link was changed")
        first = first or (seq, value, link)
        last = (seq, bytes.fromhex(link) if len(link) == 64 else b"")
        digest.update(line)
        count += 1
    raise Bad(f"line {number + 1}: the trailer is missing: the export broke off")


def check_trailer(trailer, number, sha256, count, first, last):
    if set(trailer) != TRAILER or trailer["trailer"] is not True:
        raise Bad(f"line {number}: a malformed trailer")
    previous, from_seq = trailer["previous_link"], trailer["from_seq"]
    if first and first[0] > 1 and link_of(bytes.fromhex(previous), *first[:2]).hex() != first[2]:
        raise Bad("line 1: the link does not fit: this entry or a link was changed")
    told = {
        "count": count,
        "sha256": sha256,
        "from_seq": first[0] if first else from_seq,
        "to_seq": from_seq + count - 1,
        "previous_link": ZEROS.hex() if from_seq == 1 else previous,
        "last_link": last[1].hex() if last else previous,
    }
    for field, found in told.items():
        if trailer[field] != found:
            raise Bad(f"line {number}: the trailer's {field} does not fit the lines before it")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        source = sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb")
        with source:
            good = verify(iter(source))
    except Bad as bad:
        print(f"BAD {bad}")
        sys.exit(1)
    except OSError as error:
        print(f"cannot read: {error}")
        sys.exit(2)
    print(f"GOOD {good['count']} entries, positions {good['from_seq']} to {good['to_seq']}")
    print(f"previous link {good['previous_link']}\nlast link     {good['last_link']}")


if __name__ == "__main__":
    main()
