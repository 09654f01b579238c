"""Journey J1 with the generated Python client.

An employer files an acquisition (without a personal number), staff accept it, the employer polls the result,
and an auditor pulls the log and proves with the standard library alone that it is complete.
Settings come from the environment; run.sh gives them.
"""

import datetime
import hashlib
import json
import os
import sys
import time
import uuid
from contextlib import contextmanager

import httpx
from kenpo_client import AuthenticatedClient, Client
from kenpo_client.api.audit_logs import export_audit_logs, list_audit_logs
from kenpo_client.api.members import get_member
from kenpo_client.api.notifications import (
    confirm_submission,
    create_notification,
    decide_notification,
    get_capabilities,
    get_notification,
    get_submission,
)
from kenpo_client.api.sessions import create_session
from kenpo_client.models import (
    AcquisitionNotification,
    AcquisitionKind,
    Address,
    Expand,
    NotificationCreate,
    NotificationDecision,
    Sex,
    SignIn,
    Submission,
    SubmissionConfirmation,
    Verdict,
)

BASE = os.environ["KENPO_BASE_URL"]
EMPLOYER_ID = uuid.UUID(os.environ["KENPO_EMPLOYER_ID"])


def keep(answer):
    """Writes an answer to the file that answers.mjs holds against the document."""
    answer.read()
    told = {"method": answer.request.method, "url": str(answer.request.url), "status": answer.status_code}
    told |= {"type": answer.headers.get("content-type", ""), "text": answer.text}
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


KEPT = {"event_hooks": {"response": [keep]}}
ANYONE = Client(base_url=BASE, httpx_args=KEPT)


@contextmanager
def step(title):
    """Says whether the block under it went through."""
    try:
        yield
    except BaseException:
        print(f"  FAILED  {title}")
        raise
    print(f"  ok  {title}")


def expect(response, status):
    """The parsed body of an answer that must have this status."""
    if response.status_code != status:
        raise AssertionError(f"{response.status_code} instead of {status}: {response.content.decode(errors='replace')}")
    return response.parsed


def with_token(token):
    """A client that sends `token` with every request."""
    return AuthenticatedClient(base_url=BASE, token=token, httpx_args=KEPT)


def client_token(prefix, scope):
    """An access token by client_credentials with a secret."""
    # The token endpoint is plain OAuth 2.0, which any OAuth library speaks.
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ[f"{prefix}_CLIENT_ID"],
        "client_secret": os.environ[f"{prefix}_CLIENT_SECRET"],
        "scope": scope,
    }
    answer = httpx.post(f"{BASE}/oauth/token", data=form)
    answer.raise_for_status()
    return answer.json()["access_token"]


def sign_in(prefix):
    """An access token of a person."""
    body = SignIn(user_id=os.environ[f"{prefix}_USER_ID"], password=os.environ[f"{prefix}_PASSWORD"])
    return expect(create_session.sync_detailed(client=ANYONE, body=body), 200).access_token


def filing(acquired_on=datetime.date(2026, 11, 4)):
    """One form, filed for the employer: an acquisition without a personal number, hence with the address."""
    form = AcquisitionNotification(
        kind=AcquisitionKind.QUALIFICATION_ACQUISITION,
        office_number="902",
        name_kana="ミホン　ハイソン",
        name="見本　灰尊",
        birth_on=datetime.date(1992, 3, 4),
        sex=Sex.MALE,
        acquired_on=acquired_on,
        has_dependents=False,
        cash_yen=280_000,
        total_yen=280_000,
        resident_address=Address(postal_code="1000001", kana="トウキヨウト　チヨダク　ミホン　１－１", text="東京都千代田区見本１－１"),
    )
    return NotificationCreate(employer_id=EMPLOYER_ID, preparer_name="見本　花子", notification=form)


def employer_files(employer) -> Submission:
    """Steps 1 to 5: look, try, file, repeat, confirm."""
    with step("1 capabilities name the form"):
        found = expect(get_capabilities.sync_detailed(client=employer, employer_id=EMPLOYER_ID), 200)
        assert any(form.kind == "qualification_acquisition" for form in found.forms)
    with step("2 a dry run stores nothing"):
        key = str(uuid.uuid4())
        tried = create_notification.sync_detailed(client=employer, body=filing(), validate_only=True, idempotency_key=key)
        expect(tried, 200)
    key = str(uuid.uuid4())
    with step("3 the form is filed under a key"):
        receipt = expect(create_notification.sync_detailed(client=employer, body=filing(), idempotency_key=key), 202)
    with step("4 the same key gives the same receipt, another body is refused"):
        again = create_notification.sync_detailed(client=employer, body=filing(), idempotency_key=key)
        assert expect(again, 202).to_dict() == receipt.to_dict()
        assert again.headers["Idempotency-Replayed"] == "true"
        other = filing(acquired_on=datetime.date(2026, 11, 5))
        expect(create_notification.sync_detailed(client=employer, body=other, idempotency_key=key), 422)
    with step("5 the read count is confirmed"):
        body = SubmissionConfirmation(read_count=receipt.read_count)
        expect(confirm_submission.sync_detailed(receipt.id, client=employer, body=body), 200)
    return receipt


def staff_decide(staff, notification_id):
    """Steps 6 and 10: open the item, accept it."""
    with step("6 staff see the item without a number"):
        seen = get_notification.sync_detailed(notification_id, client=staff)
        expect(seen, 200)
        assert b'"personal_number":' not in seen.content
    with step("10 staff accept it"):
        body = NotificationDecision(decision=Verdict.ACCEPT)
        etag = seen.headers["ETag"]
        expect(decide_notification.sync_detailed(notification_id, client=staff, body=body, if_match=etag), 200)


def employer_polls(employer, receipt):
    """Step 13: poll until the receipt carries what payroll needs; returns the member's id."""
    with step("13 the employer polls the result"):
        for _ in range(20):
            found = expect(get_submission.sync_detailed(receipt.id, client=employer), 200)
            outcome = found.results[0].outcome
            if outcome:
                assert outcome.symbol and outcome.number and outcome.branch
                return outcome.member_id
            time.sleep(0.25)
        raise AssertionError("no result after 20 rounds")


def staff_look(staff, member_id):
    """A look at a member shows no number, and nobody gets it by asking with an ordinary token."""
    with step("7 a look shows no number; asked expressly it is refused"):
        assert b'"personal_number":' not in get_member.sync_detailed(member_id, client=staff).content
        expect(get_member.sync_detailed(member_id, client=staff, expand=Expand.PERSONAL_NUMBER), 401)


def auditor_pulls(auditor, notification_id):
    """The log in pages, and the export with a trailer that proves it whole."""
    with step("the auditor lists the log"):
        for _ in range(20):  # an entry is listed a moment after its commit
            page = expect(list_audit_logs.sync_detailed(client=auditor, operation="decideNotification", limit=100), 200)
            if any(entry.subject_id == notification_id for entry in page.items):
                break
            time.sleep(0.25)
        else:
            raise AssertionError("the decision is not in the log")
    with step("the export's trailer counts and digests its lines"):
        count, digest, held = 0, hashlib.sha256(), None
        for line in exported_lines(auditor):
            if held is not None:
                count += 1
                digest.update(held + b"\n")
            held = line
        trailer = json.loads(held)
        assert (trailer["count"], trailer["sha256"]) == (count, digest.hexdigest())
    with step("the generated function gives the same lines as bytes"):
        part = expect(export_audit_logs.sync_detailed(client=auditor, from_seq=1, to_seq=2), 200)
        assert len(part.payload.read().splitlines()) == 3


def exported_lines(auditor):
    """The export line by line as bytes, in constant memory: a stream is read with the client's own httpx."""
    with auditor.get_httpx_client().stream("GET", "/v1/audit-logs/export") as answer:
        assert answer.status_code == 200
        rest = b""
        for block in answer.iter_bytes():
            *whole, rest = (rest + block).split(b"\n")
            yield from whole
        assert rest == b"", "the last line ends with a newline"


def main():
    """The whole journey."""
    employer = with_token(client_token("KENPO_EMPLOYER", "notifications:submit notifications:read"))
    receipt = employer_files(employer)
    staff = with_token(sign_in("KENPO_STAFF"))
    notification_id = receipt.results[0].notification_id
    staff_decide(staff, notification_id)
    staff_look(staff, employer_polls(employer, receipt))
    auditor_pulls(with_token(client_token("KENPO_AUDITOR", "audit:read audit:export")), notification_id)


if __name__ == "__main__":
    main()
