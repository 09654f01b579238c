//! Problems: the closed list of ways in which a request can fail, as RFC 9457 `application/problem+json`.
//!
//! Input values are never echoed, database text never leaves.
use super::headers::{self, Header};
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Language of titles and details, from Accept-Language; Japanese unless English is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Ja,
    En,
}

macro_rules! kinds {
    ($($name:ident $slug:literal $status:literal $ja:literal $en:literal;)+) => {
        /// Every kind of problem, in one table: slug of the page under /problems/, status, title (ja, en).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($name),+ }
        impl Kind {
            /// All kinds, for the pages under /problems/.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),+];
            /// Slug: last part of the problem type.
            pub fn slug(self) -> &'static str { match self { $(Kind::$name => $slug),+ } }
            /// HTTP status.
            pub fn status(self) -> u16 { match self { $(Kind::$name => $status),+ } }
            /// Title in the asked language.
            pub fn title(self, lang: Lang) -> &'static str {
                match (self, lang) { $((Kind::$name, Lang::Ja) => $ja, (Kind::$name, Lang::En) => $en),+ }
            }
        }
    };
}
kinds! {
    Unreadable "unreadable" 400 "リクエストを読み取れません" "The request cannot be read";
    KeyMissing "idempotency-key-missing" 400 "Idempotency-Key(8〜128文字の英数字・記号)が必要です" "An Idempotency-Key header of 8 to 128 visible ASCII characters is required";
    Unauthenticated "unauthenticated" 401 "有効なトークンが必要です" "A valid token is required";
    SignInFailed "sign-in-failed" 401 "利用者IDまたはパスワードが違います" "User id or password is wrong";
    StepUp "insufficient-user-authentication" 401 "個人番号の利用には、目的を限ったトークンが必要です" "A token granted for this purpose is required";
    Forbidden "forbidden" 403 "この操作は許可されていません" "This operation is not permitted";
    ScopeMissing "insufficient-scope" 403 "トークンに必要なスコープがありません" "The token lacks the required scope";
    NotFound "not-found" 404 "該当する資源がありません" "No such resource";
    MethodNotAllowed "method-not-allowed" 405 "このメソッドは使えません" "Method not allowed";
    Conflict "conflict" 409 "現在の状態ではできません" "Not possible in the current state";
    InProgress "in-progress" 409 "同じキーの処理が進行中です" "A request with the same key is in progress";
    Stale "stale" 412 "他の変更が先に行われました" "The resource has changed since it was read";
    TooLarge "too-large" 413 "大きすぎます" "Too large";
    UnsupportedMedia "unsupported-media-type" 415 "この形式は受け付けません" "This media type is not accepted";
    Invalid "invalid" 422 "内容に誤りがあります" "The content is refused";
    KeyReused "idempotency-key-reused" 422 "同じキーで異なる内容が送られました" "The key was used with another request";
    FileRejected "file-rejected" 422 "ファイルを受け付けられません" "The file is refused";
    NumberNotExpected "personal-number-not-expected" 422 "個人番号を記載できない届出です" "This form must not carry a personal number";
    MatchMissing "if-match-missing" 428 "If-Match が必要です" "An If-Match header is required";
    TooMany "too-many-requests" 429 "要求が多すぎます" "Too many requests";
    Internal "internal" 500 "内部の誤り" "Internal error";
    Unavailable "unavailable" 503 "一時的に利用できません" "Temporarily unavailable";
}

/// Words in both languages: Japanese, English.
pub type Said<'a> = (&'a str, &'a str);

/// One wrong place, in both languages until the answer leaves: a JSON pointer, or a row and its field numbers in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldError {
    /// JSON pointer into the request body, or the name of a parameter or header.
    pub pointer: Option<String>,
    /// Data row of a file, counted from 1.
    pub row: Option<u32>,
    /// Field numbers in that row, counted from 1.
    pub fields: Vec<u16>,
    /// Stable code.
    pub code: String,
    /// What is wrong (ja, en).
    pub said: (String, String),
}
impl FieldError {
    /// An error at a JSON pointer.
    pub fn at(pointer: impl Into<String>, code: &str, (ja, en): Said<'_>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            code: code.into(),
            said: (ja.into(), en.into()),
            ..Self::default()
        }
    }
    fn body(&self, lang: Lang) -> FieldErrorBody {
        let (ja, en) = &self.said;
        FieldErrorBody {
            pointer: self.pointer.clone(),
            row: self.row,
            fields: self.fields.clone(),
            code: self.code.clone(),
            detail: if lang == Lang::En { en } else { ja }.clone(),
        }
    }
}

/// One wrong place: a JSON pointer, or a row and its field numbers in a file. Never the value.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorBody {
    /// JSON pointer into the request body, or the name of a parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300)]
    pub pointer: Option<String>,
    /// Data row of a file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Field numbers in that row, counted from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub fields: Vec<u16>,
    /// Stable code.
    #[schema(max_length = 60)]
    pub code: String,
    /// What is wrong, in the asked language.
    #[schema(max_length = 500)]
    pub detail: String,
}

/// A failed request. Made by kind; details are fixed texts, never input.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Kind of the failure.
    pub kind: Kind,
    /// Stable code, finer than the kind.
    pub code: &'static str,
    /// Detail (ja, en).
    pub detail: Option<(String, String)>,
    /// Wrong places.
    pub errors: Vec<FieldError>,
    /// Value of WWW-Authenticate, for 401 and 403.
    pub challenge: Option<String>,
    /// Seconds for Retry-After.
    pub retry_after: Option<u32>,
    /// Receipt number of a refused file.
    pub receipt_number: Option<String>,
    /// The id under which the records of a merged one go on.
    pub merged_into: Option<uuid::Uuid>,
    /// Language of the answer, set by the router.
    pub lang: Lang,
    /// Request id, set by the router.
    pub instance: Option<uuid::Uuid>,
}
impl Problem {
    /// A problem of a kind, its code being the slug.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            code: kind.slug(),
            detail: None,
            errors: Vec::new(),
            challenge: headers::challenge(kind),
            retry_after: headers::retry_after(kind),
            receipt_number: None,
            merged_into: None,
            lang: Lang::Ja,
            instance: None,
        }
    }
    /// With a finer code and a detail (ja, en).
    pub fn because(mut self, code: &'static str, ja: &str, en: &str) -> Self {
        self.code = code;
        self.detail = Some((ja.into(), en.into()));
        self
    }
    /// With one wrong place.
    pub fn at(mut self, pointer: &str, code: &str, said: Said<'_>) -> Self {
        self.errors.push(FieldError::at(pointer, code, said));
        self
    }
    /// With its own code and words at one place.
    pub fn placed(mut self, pointer: &str) -> Self {
        let (ja, en) = self.detail.as_ref().map_or(("", ""), |(ja, en)| (ja, en));
        self.errors.push(FieldError::at(pointer, self.code, (ja, en)));
        self
    }
    /// 404: there is none, or not for this caller.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }
    /// 409 with its own code.
    pub fn conflict(code: &'static str, ja: &str, en: &str) -> Self {
        Self::new(Kind::Conflict).because(code, ja, en)
    }
    /// 422 with its own code.
    pub fn invalid(code: &'static str, ja: &str, en: &str) -> Self {
        Self::new(Kind::Invalid).because(code, ja, en)
    }
    /// 503 with Retry-After.
    pub fn unavailable(code: &'static str) -> Self {
        let mut p = Self::new(Kind::Unavailable);
        p.code = code;
        p
    }
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.kind.status()
    }
    /// The body as it leaves.
    pub fn body(&self) -> ProblemBody {
        let (ja, en) = self.detail.clone().unzip();
        ProblemBody {
            r#type: format!("/problems/{}", self.kind.slug()),
            title: self.kind.title(self.lang).into(),
            status: self.status(),
            detail: if self.lang == Lang::En { en } else { ja },
            instance: self.instance.map(|i| format!("urn:uuid:{i}")),
            code: self.code.into(),
            errors: self.errors.iter().map(|e| e.body(self.lang)).collect(),
            receipt_number: self.receipt_number.clone(),
            merged_into: self.merged_into,
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Page that explains this kind.
    #[schema(max_length = 200)]
    pub r#type: String,
    /// Title of the kind.
    #[schema(max_length = 200)]
    pub title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub detail: Option<String>,
    /// Request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub instance: Option<String>,
    /// Stable code for programs.
    #[schema(max_length = 60)]
    pub code: String,
    /// Wrong places, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub errors: Vec<FieldErrorBody>,
    /// Receipt number under which a refused file was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub receipt_number: Option<String>,
    /// Person id under which the records of a merged one go on (`person-merged`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<uuid::Uuid>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}
impl std::error::Error for Problem {}
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
    fn error_response(&self) -> HttpResponse {
        let mut r = HttpResponse::build(self.status_code());
        r.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        r.insert_header((header::CONTENT_LANGUAGE, if self.lang == Lang::En { "en" } else { "ja" }));
        r.insert_header((header::VARY, "Accept-Language"));
        for header in Header::of_problem(self.status()) {
            let value = match header {
                Header::CacheControl => Some("no-store".to_owned()),
                Header::WwwAuthenticate => self.challenge.clone(),
                Header::RetryAfter => self.retry_after.map(|s| s.to_string()),
                Header::Etag | Header::Location | Header::Link | Header::IdempotencyReplayed => None,
            };
            if let Some(value) = value {
                r.insert_header((header.name(), value));
            }
        }
        r.body(serde_json::to_string(&self.body()).unwrap_or_default())
    }
}

impl From<diesel::result::Error> for Problem {
    /// A row that is not there is 404; lost races are 503; the text of the database goes to the log only, by its kind.
    fn from(e: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as D, Error};
        match e {
            Error::NotFound => Self::not_found(),
            Error::DatabaseError(D::UniqueViolation | D::ExclusionViolation, info) => {
                tracing::warn!(constraint = info.constraint_name().unwrap_or("?"), "it exists already");
                Self::conflict("already-exists", "すでに登録されています", "It exists already")
            }
            Error::DatabaseError(D::SerializationFailure, _) => Self::unavailable("lost-race"),
            Error::DatabaseError(kind, info) => {
                tracing::error!(
                    ?kind,
                    constraint = info.constraint_name().unwrap_or("-"),
                    "database refused"
                );
                if matches!(kind, D::ClosedConnection) {
                    Self::unavailable("database-away")
                } else if info.message().starts_with("deadlock detected") {
                    Self::unavailable("lost-race")
                } else if info.message().starts_with("canceling statement due to statement timeout") {
                    Self::unavailable("too-slow")
                } else if info.message().starts_with("canceling statement due to lock timeout") {
                    Self::new(Kind::InProgress)
                } else {
                    Self::new(Kind::Internal)
                }
            }
            other => {
                tracing::error!(error = %other, "database error");
                Self::new(Kind::Internal)
            }
        }
    }
}
