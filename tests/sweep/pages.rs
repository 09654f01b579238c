//! What is no operation leaves its entry too: protocol routes, pages, unknown paths, wrong methods.
use super::{count, entries_of};
use crate::harness::{caller::Response, world::World};
use kenpo::app;

const PAGES: &[(&str, &str, &str, u16)] = &[
    ("GET", "/openapi.json", "getOpenapi", 200),
    ("GET", "/docs", "getDocs", 303),
    ("GET", "/docs/index.html", "getDocs", 200),
    ("GET", "/docs/nothing.js", "getDocs", 404),
    ("GET", "/problems/not-found", "getProblemPage", 200),
    ("GET", "/problems/made-up", "getProblemPage", 404),
    ("GET", "/healthz", "getHealth", 200),
    ("GET", "/readyz", "getReadiness", 200),
    ("GET", "/metrics", "getMetrics", 200),
    ("GET", "/.well-known/jwks.json", "getKeys", 200),
    ("GET", "/.well-known/oauth-authorization-server", "getServerMetadata", 200),
    ("POST", "/oauth/token", "oauthToken", 415),
    ("POST", "/oauth/revoke", "oauthRevoke", 415),
    ("GET", "/", "noSuchRoute", 404),
    ("GET", "/v1/nothing", "noSuchRoute", 404),
    ("GET", "/v1/members/a/b/c", "noSuchRoute", 404),
    ("GET", "/v2/members", "noSuchRoute", 404),
    ("POST", "/wp-login.php", "noSuchRoute", 404),
];

fn one_entry(w: &World, method: &'static str, path: &str, operation: &str, status: u16) -> Response {
    let mut owner = w.owner();
    let before = count(&mut owner);
    let r = w.nobody().ask(method, path).send(b"");
    assert_eq!(r.status, status, "{method} {path}: {}", r.text);
    assert_eq!(count(&mut owner) - before, 1, "{method} {path}: entries");
    let entries = entries_of(&mut owner, r.header("x-request-id"));
    assert_eq!(entries.len(), 1, "{method} {path}: no entry with the request id of the answer");
    let e = &entries[0];
    assert_eq!((e.operation.as_str(), e.status, e.actor), (operation, status, None), "{method} {path}");
    r
}

#[test]
fn pages_protocol_routes_and_unknown_paths_leave_one_entry() {
    let w = World::new();
    for (method, path, operation, status) in PAGES {
        one_entry(&w, method, path, operation, *status);
    }
}

/// Does a path of the list lie under a path of the router?
fn is_under(path: &str, of: &str) -> bool {
    let (path, of): (Vec<_>, Vec<_>) = (path.split('/').collect(), of.split('/').collect());
    path.len() == of.len() && path.iter().zip(of).all(|(part, own)| own.starts_with('{') || *part == own)
}
#[test]
fn the_list_has_every_page_and_every_protocol_route_of_the_router() {
    let known: Vec<&str> = app::other_paths().collect();
    for path in &known {
        let is_asked = PAGES.iter().any(|(_, asked, ..)| is_under(asked, path));
        assert!(is_asked, "nobody holds the entry of {path}");
    }
    for (method, path, operation, _) in PAGES {
        let is_known = known.iter().any(|of| is_under(path, of));
        assert_eq!(is_known, *operation != "noSuchRoute", "{method} {path}");
    }
    // nothing is mounted beside the three lists
    const MOUNTS: [&str; 4] = [".configure(", ".service(", ".route(", ".default_service("];
    let roof = include_str!("../../src/app/serve.rs");
    let mounted: Vec<&str> =
        roof.lines().filter(|line| MOUNTS.iter().any(|call| line.contains(call))).map(str::trim).collect();
    assert_eq!(
        mounted,
        [
            ".configure(access::protocol_routes)",
            ".configure(pages::routes)",
            ".configure(|cfg| app.routes.configure(cfg))"
        ]
    );
}

#[test]
fn a_wrong_method_is_told_the_right_ones_and_leaves_one_entry() {
    let w = World::new();
    for (method, path, operation, allow) in [
        ("PUT", "/v1/members", "noSuchRoute", "GET"),
        ("PUT", "/v1/employers", "noSuchRoute", "GET, POST"),
        ("GET", "/v1/sessions/current", "noSuchRoute", "DELETE"),
        ("DELETE", "/healthz", "noSuchRoute", "GET"),
        ("POST", "/openapi.json", "noSuchRoute", "GET"),
        ("POST", "/problems/not-found", "noSuchRoute", "GET"),
        ("GET", "/oauth/token", "oauthToken", "POST"),
        ("POST", "/.well-known/jwks.json", "getKeys", "GET"),
    ] {
        let r = one_entry(&w, method, path, operation, 405);
        assert_eq!(r.header("allow"), allow, "{method} {path}");
    }
}
