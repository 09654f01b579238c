//! Operations: one declaration holds operationId, route, scope, Cedar action, audit label, headers and the row of the sweep.
use super::headers::Header;

/// HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// End.
    Delete,
}
impl Method {
    /// Upper-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One named thing that a caller may ask for.
pub trait Operation: Send + Sync + 'static {
    /// operationId, Cedar action, audit label.
    const ID: &'static str;
    /// HTTP method.
    const METHOD: Method;
    /// Route template.
    const PATH: &'static str;
    /// Scope that a token needs; empty for sign-in.
    const SCOPE: &'static str;
    /// A second scope that opens it as well: the scoped token on reads that may carry a number.
    const ALSO: Option<&'static str> = None;
    /// Cedar resource type of what is asked about.
    const SUBJECT: &'static str;
    /// Cedar resource type of what it makes and its entry names, where that is another one.
    const MAKES: &'static str = Self::SUBJECT;
    /// Headers that a success sends beside those of every answer.
    const SENDS: &'static [Header] = &[];
    /// Status of success.
    const STATUS: u16 = 200;
    /// Article of law or requirement.
    const LAW: &'static str;
    /// Doc lines: first the Japanese summary, then the English description.
    const DOC: &'static [&'static str];
}

/// Declares operations. `operation!{ /// 要約 \n /// Description. \n pub GetX: Get "/v1/x/{id}" = "getX", scope "x:read", on "X", status 200, law "…"; }`; where it is so, at
/// the end `, makes "Y"` (its entry names a Y) and `, sends Etag Location Link` (headers that its answers take).
#[macro_export]
macro_rules! operation {
    ($( $(#[doc = $doc:literal])+ pub $name:ident: $method:ident $path:literal = $id:literal, scope $scope:literal $(or $also:literal)?, on $subject:literal, status $status:literal, law $law:literal $(, makes $made:literal)? $(, sends $($header:ident)+)?; )+) => { $(
        $(#[doc = $doc])+
        pub struct $name;
        impl $crate::kernel::Operation for $name {
            const ID: &'static str = $id;
            const METHOD: $crate::kernel::Method = $crate::kernel::Method::$method;
            const PATH: &'static str = $path;
            const SCOPE: &'static str = $scope;
            $(const ALSO: Option<&'static str> = Some($also);)?
            const SUBJECT: &'static str = $subject;
            $(const MAKES: &'static str = $made;)?
            $(const SENDS: &'static [$crate::kernel::headers::Header] = &[$($crate::kernel::headers::Header::$header),+];)?
            const STATUS: u16 = $status;
            const LAW: &'static str = $law;
            const DOC: &'static [&'static str] = &[$($doc),+];
        }
        $($(impl $crate::kernel::headers::Sends<$crate::kernel::headers::sent::$header> for $name {})+)?
    )+ };
}
