//! The group-committing writer: what it acknowledged is there, also after the server was killed.
use super::{count, entry, fresh, migrate, owner, service};
use crate::harness::cluster::{DurableCluster, binaries, durable_cluster};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use futures_util::future::join_all;
use kenpo::{
    kernel::{db, trail::Writer},
    launcher::{Durability, PrivatePostgres},
};
use uuid::Uuid;

fn is_there(conn: &mut PgConnection, id: Uuid) -> bool {
    count(conn, &format!("select count(*) as n from audit_entry where id = '{id}'")) == 1
}

#[actix_web::test]
async fn an_acknowledged_entry_is_committed() {
    let base = fresh();
    let writer = Writer::start(service(&base, 2));
    let waiting = (0..200).map(|_| {
        let (writer, url) = (writer.clone(), base.url_for("kenpo"));
        async move {
            let one = entry("getMember");
            let id = one.id;
            writer.write(vec![one]).await.unwrap();
            (id, url)
        }
    });
    let mut conn = owner(&base);
    for (id, _) in join_all(waiting).await {
        assert!(is_there(&mut conn, id));
    }
    // Many requests share a commit: far fewer transactions than entries.
    let transactions = count(&mut conn, "select count(distinct xid) as n from audit_entry");
    assert!(transactions < 100, "{transactions} transactions for 200 entries");
}

#[actix_web::test]
async fn nothing_is_acknowledged_that_is_not_committed() {
    let base = fresh();
    let writer = Writer::start(service(&base, 2));
    let mut conn = owner(&base);
    conn.batch_execute("revoke insert on audit_entry from kenpo_service").unwrap();
    assert_eq!(writer.write(vec![entry("getMember")]).await.unwrap_err().status(), 503);
    conn.batch_execute("grant insert on audit_entry to kenpo_service").unwrap();
    writer.write(vec![entry("getMember")]).await.unwrap();
    assert_eq!(count(&mut conn, "select count(*) as n from audit_entry"), 1);
}

#[actix_web::test]
async fn an_acknowledged_entry_outlives_a_killed_server() {
    let DurableCluster { server, base } = durable_cluster();
    migrate(&server.url("kenpo", "postgres"));
    let writer = Writer::start(db::pool(&server.url("kenpo", "postgres"), 2).unwrap());
    let mut acknowledged = Vec::new();
    let pid = server.pid();
    for turn in 0.. {
        let batch: Vec<_> = (0..20).map(|_| entry("getMember")).collect();
        let ids: Vec<_> = batch.iter().map(|e| e.id).collect();
        let answers = join_all(batch.into_iter().map(|e| writer.write(vec![e])));
        if turn == 20 {
            std::thread::spawn(move || {
                std::process::Command::new("kill").args(["-9", &pid.to_string()]).status()
            });
        }
        let before = acknowledged.len();
        acknowledged.extend(answers.await.iter().zip(ids).filter(|(a, _)| a.is_ok()).map(|(_, id)| id));
        if turn > 20 && acknowledged.len() == before {
            break;
        }
    }
    drop(server);
    let server = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap();
    let mut conn = PgConnection::establish(&server.url("kenpo", "postgres")).unwrap();
    assert!(acknowledged.len() >= 400);
    for id in acknowledged {
        assert!(is_there(&mut conn, id), "an acknowledged entry is gone");
    }
}
