#!/usr/bin/env python3
"""Independent re-check of the samples against the rules of the layouts; prints what a strict reader would say."""
import json, os, re, datetime as dt
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))); TODAY = dt.date(2026, 11, 22)
N = {"2200700": 34, "2201700": 27, "2202700": 139, "2221700": 49, "2225700": 53, "2265700": 21}
BASE = {"1": 1867, "3": 1911, "5": 1925, "7": 1988, "9": 2018}
SPAN = {"5": (dt.date(1926,12,25), dt.date(1989,1,7)), "7": (dt.date(1989,1,8), dt.date(2019,4,30)), "9": (dt.date(2019,5,1), dt.date(9999,1,1))}
def cd(n):
    s = sum(int(c) * (i + 1 if i <= 6 else i - 5) for i, c in enumerate(reversed(n[:11]), 1)); r = s % 11
    return "0" if r <= 1 else str(11 - r)
def day(e, y, no, out):
    if not e and not y: return None
    if e not in BASE: out.append("E-CODE(%d)" % no); return None
    try: d = dt.date(BASE[e] + int(y[:2]), int(y[2:4]), int(y[4:6]))
    except ValueError: out.append("E-DATE-NOT-REAL(%d)" % no); return None
    if e in SPAN and not SPAN[e][0] <= d <= SPAN[e][1]: out.append("W-ERA-BOUNDARY(%d)" % no)
    return d
def in0208(b):
    v = b[0] << 8 | b[1]; return 0x8140 <= v <= 0x84BE or 0x889F <= v <= 0x9FFC or 0xE040 <= v <= 0xEAA4
def chars(raw):
    out, i = [], 0
    while i < len(raw):
        c = raw[i]
        if c < 0x80 or 0xA1 <= c <= 0xDF: i += 1; continue
        if i + 1 >= len(raw) or not (0x40 <= raw[i+1] <= 0xFC and raw[i+1] != 0x7F): out.append("E-ENCODING"); i += 1; continue
        p = raw[i:i+2]
        if 0xF0 <= c <= 0xF9: out.append("E-GAIJI")
        else:
            try: p.decode("cp932")
            except UnicodeDecodeError: out.append("E-ENCODING")
            else:
                if not in0208(p): out.append("W-CHAR-OUTSIDE-JISX0208")
        i += 2
    return sorted(set(out))
def name(s, no, out, req=True):
    if not s:
        if req: out.append("E-REQUIRED(%d)" % no)
        return
    if not re.fullmatch(r"[｡-ﾟ ]+", s): out.append("E-CHARSET-HALFKANA(%d)" % no); return
    if " " not in s or "  " in s: out.append("E-NAME-SEPARATOR(%d)" % no)
    if re.search(r"(^|[ ｱｲｴｵﾅ-ﾉﾏ-ﾛﾝｧ-ｯｰ])[ﾞ]", s) or re.search(r"(^|[^ﾊ-ﾎ])ﾟ", s): out.append("E-KANA-STRAY-DAKUTEN(%d)" % no)
def check(r, seen_id, seen_my, idx):
    out = []; f = r[0]
    if f not in N: return ["E-FORM-CODE"]
    n = N[f]
    ki = {"2200700": (6, 12, 8), "2201700": (6, 10, 8), "2202700": (8, 13, 10)}.get(f, (5, None, 7))
    name(r[ki[0]], ki[0] + 1, out)
    day(r[ki[2]], r[ki[2] + 1], ki[2] + 1, out)
    my = r[ki[1]] if ki[1] is not None else ""
    if my and (len(my) != 12 or cd(my) != my[11]): out.append("E-MYNUMBER-CHECK-DIGIT")
    if f == "2200700":
        if r in seen_id: out.append("E-DUPLICATE-IN-FILE(row%d)" % (seen_id.index(r) + 1))
        elif my and my in seen_my: out.append("E-MYNUMBER-DUPLICATE(row%d)" % seen_my[my])
        g = day(r[17], r[18], 18, out)
        if g and g > TODAY: out.append("E-FUTURE-DATE(18)")
        if int(r[22]) != min(int(r[20]) + int(r[21]), 9999999): out.append("E-SUM(23)")
        if my and any(r[28:32]): out.append("E-MUST-BE-EMPTY(29-32)")
        if not my and not all(r[28:31]): out.append("E-REQUIRED(29-31)")
    if f == "2201700":
        lost = day(r[13], r[14], 14, out); left = day(r[16], r[17], 17, out)
        if r[15] in ("4", "5") and (not left or lost != left + dt.timedelta(1)): out.append("E-DATE-RELATION(14)")
        if r[15] not in ("4", "5", "7", "9", "11"): out.append("E-CODE(16)")
    if f == "2202700":
        if r[69] or r[102] or r[135]: out.append("E-MUST-BE-EMPTY(70/103/136)")
        for k in (28, 77, 110):
            if r[k] and cd(r[k]) != r[k][11]: out.append("E-MYNUMBER-CHECK-DIGIT(%d)" % (k + 1))
        for b in (69, 102):
            if r[b + 1]: name(r[b + 1], b + 2, out)
            if r[b + 1] and not r[b + 6]: out.append("E-REQUIRED(%d)" % (b + 7))
        if r[23]: name(r[23], 24, out)
        if r[20] == "3" and r[70] and not r[100]: out.append("E-REQUIRED(102-1)")
    if f in ("2225700", "2221700"):
        for i in range(3):
            if int(r[33 + i]) != min(int(r[27 + i]) + int(r[30 + i]), 9999999): out.append("E-SUM(%d)" % (34 + i))
        if f == "2221700" and (int(r[36]) != sum(int(x) for x in r[33:36]) or int(r[37]) != int(r[36]) // 3): out.append("E-SUM(37)")
    if f == "2265700":
        t = int(r[11]) + int(r[12])
        if int(r[13]) != (9999999 if t > 9999999 else t // 1000 * 1000): out.append("E-SUM(14)")
    return out
exp = json.load(open(os.path.join(ROOT, "expected.json"), encoding="utf-8"))
for path, e in exp.items():
    raw = open(os.path.join(ROOT, path), "rb").read(); print("==", path, e["file_result"])
    if raw.startswith(b"\xef\xbb\xbf"): print("   file: E-ENCODING(UTF-8 BOM)"); continue
    if raw.endswith(b"\x1a"): raw = raw[:-1]; print("   file: W-TRAILING")
    if re.search(rb"(?<!\r)\n", raw): print("   file: W-LINE-END")
    lines = [l for l in re.split(rb"\r?\n", raw) if l]
    assert lines[1] == b"[kanri]" and lines[4] == b"[data]", lines[:5]
    extra = 3 if e["profile"].startswith("KPFD") else 0; seen, my = [], {}
    for i, l in enumerate(lines[5:], 1):
        out = chars(l); fields = l.split(b","); want = N.get(fields[0].decode("ascii", "replace"))
        if want and len(fields) != want + extra: out.append("E-FIELD-COUNT(%d of %d)" % (len(fields), want + extra))
        elif not [x for x in out if x.startswith("E-")]:
            r = [x.decode("cp932") for x in fields]; r0 = r[:len(r) - extra] if extra else r
            out += check(r0, seen, my, i); seen.append(r0)
            k = {"2200700": 12}.get(r0[0]);
            if k and r0[k] and r0[k] not in my: my[r0[k]] = i
        if b'"' in l: out.append("W-QUOTE")
        if out: print("   row", i, out, "| expected:", e.get("rows", {}).get(str(i), "-"))
