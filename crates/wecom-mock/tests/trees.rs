//! Departments and what is below them.

mod caller;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use caller::start;

/// The IDs of a list of departments.
fn ids(listed: &Value) -> Vec<u64> {
    listed.as_array().unwrap().iter().map(|department| department["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_is_below_an_id_is_listed_even_if_nothing_has_that_id() {
    let (_server, caller) = start().await;
    for (id, parent) in [(20, 1), (21, 20)] {
        let body = json!({ "name": format!("D{id}"), "parentid": parent, "id": id });
        assert_eq!(caller.post("department/create", body).await["errcode"], 0);
    }
    assert_eq!(ids(&caller.get("department/list", "id=1").await["department"]), [20, 21]);
}

#[tokio::test]
async fn a_long_chain_of_departments_is_listed_at_once() {
    const LENGTH: u64 = 4000;
    let (_server, caller) = start().await;
    for id in 2..2 + LENGTH {
        let body = json!({ "name": format!("D{id}"), "parentid": id - 1, "id": id });
        assert_eq!(caller.post("department/create", body).await["errcode"], 0);
    }
    let begin = Instant::now();
    let listed = caller.get("department/simplelist", "id=2").await;
    assert_eq!(ids(&listed["department_id"]).len() as u64, LENGTH);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}
