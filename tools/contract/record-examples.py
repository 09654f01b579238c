#!/usr/bin/env python3
"""Records the examples of the OpenAPI document from a fresh demo society: real requests, real answers.

    tools/contract/serve-for-tools.sh python3 tools/contract/record-examples.py > openapi/examples.json

Everybody in the demo is fictitious; access tokens are cut out of what is recorded.
"""
import json
import os
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ["KENPO_BASE_URL"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = {}
CUT = {"access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9…", "refresh_token": "m3Jq…"}


def call(operation, method, path, token=None, body=None, media="application/json", headers=None, record=True):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers or {})
    if data is not None:
        request.add_header("content-type", media)
    if token:
        request.add_header("authorization", "Bearer " + token)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        sys.exit(f"{operation} answered {refused.code}: {refused.read().decode()}")
    with answer:
        raw, status, tag = answer.read(), answer.status, answer.headers.get("etag", "")
    value = json.loads(raw) if raw and answer.headers.get_content_type() == "application/json" else None
    if record:
        entry = EXAMPLES.setdefault(operation, {"responses": {}})
        if body is not None:
            shown = dict(body) if isinstance(body, dict) else "notification file in Shift_JIS"
            entry["request"] = {**shown, **{k: v for k, v in CUT.items() if k in shown}} if isinstance(shown, dict) else shown
        if value is not None:
            entry["responses"][str(status)] = {**value, **{k: v for k, v in CUT.items() if k in value}}
    return value, tag


def client(name):
    form = {"grant_type": "client_credentials", "client_id": os.environ[f"KENPO_{name}_CLIENT_ID"],
            "client_secret": os.environ[f"KENPO_{name}_CLIENT_SECRET"]}
    body = urllib.parse.urlencode(form).encode()
    answer, _ = call("", "POST", "/oauth/token", body=body, media="application/x-www-form-urlencoded", record=False)
    return answer["access_token"]


def forms(employer):
    slip = {"employer_id": employer, "preparer_name": "見本 花子"}
    child = {"name_kana": "サトウ　ミライ", "name": "佐藤　未来", "birth_on": "2026-10-30", "sex": "female", "relationship": "child",
             "living": "together", "address": {"postal_code": "9990002", "text": "東京都架空区見本町４－５－６"},
             "became_on": "2026-11-01", "occupation": "school_child", "income_yen": 0, "reason": "birth"}
    acquisition = {"kind": "qualification_acquisition", "office_number": "8801", "name_kana": "レイジ　タロウ", "name": "例示　太郎",
                   "birth_on": "1995-05-05", "sex": "male", "acquired_on": "2026-11-01", "has_dependents": False,
                   "cash_yen": 280000, "total_yen": 280000, "personal_number": "999900000410"}
    return slip, child, acquisition


def main():
    staff = {"user_id": os.environ["KENPO_STAFF_USER_ID"], "password": os.environ["KENPO_STAFF_PASSWORD"]}
    session, _ = call("createSession", "POST", "/v1/sessions", body=staff)
    EXAMPLES["createSession"]["request"]["password"] = "a long enough fictitious password"
    call("refreshSession", "POST", "/v1/sessions/refresh", body={"refresh_token": session["refresh_token"]})
    session, _ = call("", "POST", "/v1/sessions", body=staff, record=False)
    staff, employer, auditor = session["access_token"], client("EMPLOYER"), client("AUDITOR")
    office = os.environ["KENPO_EMPLOYER_ID"]
    call("listEmployers", "GET", "/v1/employers?limit=1", staff)
    _, tag = call("getEmployer", "GET", f"/v1/employers/{office}", staff)
    call("getEmployerHistory", "GET", f"/v1/employers/{office}/history", staff)
    new = {"valid_from": "2026-11-01", "symbol": "190", "society_number": "1900", "name": "例示製作所株式会社",
           "address": "東京都架空区例示町１", "settings": {"accepts_pension_layout": False, "early_filing_days": 14}}
    call("createEmployer", "POST", "/v1/employers", staff, new, headers={"idempotency-key": "example-employer-1"})
    patch = {"valid_from": "2026-11-22", "settings": {"accepts_pension_layout": True, "early_filing_days": 0}}
    call("updateEmployer", "PATCH", f"/v1/employers/{office}", staff, patch, "application/merge-patch+json", {"if-match": tag})
    found, _ = call("listMembers", "GET", f"/v1/members?employer_id={office}&name_kana=" + urllib.parse.quote("サトウ") + "&limit=1", staff)
    member = found["items"][0]["id"]
    _, tag = call("getMember", "GET", f"/v1/members/{member}", staff)
    call("getMemberHistory", "GET", f"/v1/members/{member}/history", staff)
    contact = {"contact_address": "東京都架空区見本町９－９", "phone": "03-0000-0009"}
    call("updateMemberContact", "PATCH", f"/v1/members/{member}", staff, contact, "application/merge-patch+json", {"if-match": tag})
    family, _ = call("listDependents", "GET", f"/v1/members/{member}/dependents", staff)
    dependent = family["items"][0]
    call("getDependent", "GET", f"/v1/dependents/{dependent['id']}", staff)
    call("getDependentHistory", "GET", f"/v1/dependents/{dependent['id']}/history", staff)
    number = {"personal_number": "999900000402", "reason": "first_registration"}
    call("registerPersonalNumber", "PUT", f"/v1/persons/{dependent['person_id']}/personal-number", staff, number)
    call("verifyPersonalNumber", "POST", f"/v1/persons/{dependent['person_id']}/personal-number:verify", staff,
         {"personal_number": "999900000402"})
    call("getCapabilities", "GET", f"/v1/capabilities?employer_id={office}", employer)
    slip, child, acquisition = forms(office)
    one = {**slip, "notification": acquisition}
    call("createNotification", "POST", "/v1/notifications?validate_only=true", employer, one)
    receipt, _ = call("createNotification", "POST", "/v1/notifications", employer, one, headers={"idempotency-key": "example-form-1"})
    person = found["items"][0]
    addition = {"kind": "dependent_change", "office_number": person["office_number"], "name_kana": person["name_kana"],
                "name": person["name"], "birth_on": person["birth_on"], "sex": person["sex"], "change": "added",
                "employer_received_on": "2026-11-04", "resident_address": {"postal_code": "9990002", "text": "東京都架空区見本町４－５－６"},
                "others": [child]}
    batch = {**slip, "declared_count": 1, "notifications": [addition]}
    call("createNotificationBatch", "POST", "/v1/notification-batches?validate_only=true", employer, batch)
    call("createNotificationBatch", "POST", "/v1/notification-batches", employer, batch, headers={"idempotency-key": "example-batch-1"})
    raw = (ROOT / "samples/01_shutoku_ok/SHFD0006.CSV").read_bytes()
    query = f"/v1/notification-files?employer_id={office}&file_name=SHFD0006.CSV&preparer_name=" + urllib.parse.quote("見本 花子")
    call("createNotificationFile", "POST", query + "&validate_only=true", employer, raw, "text/csv")
    # Row 1 of the file was hired with the demo's first file: the other two are taken.
    filed, _ = call("createNotificationFile", "POST", query, employer, raw, "text/csv", {"idempotency-key": "example-file-1"})
    submission, notification = receipt["id"], receipt["results"][0]["notification_id"]
    call("listSubmissions", "GET", "/v1/submissions?limit=1", employer)
    call("confirmSubmission", "POST", f"/v1/submissions/{submission}/confirmation", employer, {"read_count": 1})
    call("listNotifications", "GET", "/v1/notifications?state=accepted&limit=1", staff)
    _, tag = call("getNotification", "GET", f"/v1/notifications/{notification}", staff)
    call("decideNotification", "POST", f"/v1/notifications/{notification}/decision", staff, {"decision": "accept"}, headers={"if-match": tag})
    call("getSubmission", "GET", f"/v1/submissions/{submission}", employer)
    waiting = next(r["notification_id"] for r in filed["results"] if r["state"] == "accepted")
    call("withdrawNotification", "POST", f"/v1/notifications/{waiting}/withdrawal", employer)
    call("listAuditLogs", "GET", "/v1/audit-logs?limit=1", auditor)
    json.dump(EXAMPLES, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    print()


main()
