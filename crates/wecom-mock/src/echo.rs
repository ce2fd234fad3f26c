//! Lists of a response with a result for each item of a list in the request.

use serde_json::Value;

use crate::route::Echo;
use crate::value::{at, at_mut, text};

/// Puts a result for each item of the request into the lists of an answer. The example has results like those.
pub(crate) fn results(echoes: &[Echo], fields: &Value, answer: &mut Value) {
    for (index, echo) in echoes.iter().enumerate() {
        // All sources of a list at once.
        if echoes[..index].iter().any(|before| before.list == echo.list) {
            continue;
        }
        let Some(Value::Array(list)) = at_mut(answer, echo.list) else { continue };
        let examples = std::mem::take(list);
        for echo in echoes.iter().filter(|other| other.list == echo.list) {
            let items = at(fields, echo.of).and_then(Value::as_array).into_iter().flatten();
            list.extend(items.filter_map(|item| result(echo, item, &examples)));
        }
    }
}

/// The names of text fields whose values several results may share, although they end like IDs.
const SHARED: [&str; 2] = ["corpid", "agentid"];

/// The result for an item: that of the example, if it has one, or one like it with IDs of its own. None for what can't be an item.
fn result(echo: &Echo, item: &Value, examples: &[Value]) -> Option<Value> {
    if echo.fields.is_empty() {
        return Some(item.clone());
    }
    let of = |field: &&'static str| Some((*field, if item.is_object() { item.get(field)? } else { item }));
    let sent: Vec<(&str, &Value)> = echo.fields.iter().filter_map(of).collect();
    let is_scalar = |value: &Value| !(value.is_null() || value.is_array() || value.is_object());
    if sent.is_empty() || !sent.iter().all(|(_, value)| is_scalar(value)) {
        return None;
    }
    let same = |example: &&Value| sent.iter().all(|(field, value)| example.get(field) == Some(value));
    let like = |example: &&Value| sent.iter().any(|(field, _)| example.get(field).is_some());
    if let Some(own) = examples.iter().find(same) {
        return Some(own.clone());
    }
    let mut result = examples.iter().find(like)?.clone();
    let mark = mark(&sent);
    for (name, value) in result.as_object_mut().into_iter().flatten() {
        let is_id = name.ends_with("id") && !SHARED.contains(&name.as_str());
        if let Value::String(id) = value
            && is_id
            && !id.is_empty()
        {
            *id = format!("{id}-{mark:x}");
        }
    }
    for (field, value) in sent {
        result[field] = value.clone();
    }
    Some(result)
}

/// A number for what was sent, the same in each call (FNV-1a).
fn mark(sent: &[(&str, &Value)]) -> u32 {
    let bytes = sent.iter().flat_map(|(_, value)| text(value).into_bytes().into_iter().chain([0]));
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(echoes: &[Echo], fields: &Value, mut answer: Value) -> Value {
        results(echoes, fields, &mut answer);
        answer
    }

    #[test]
    fn each_thing_of_a_request_has_a_result_like_that_of_the_example() {
        let echoes = [
            Echo { list: "done", of: "people.userids", fields: &["userid"] },
            Echo { list: "done", of: "departments", fields: &["department"] },
        ];
        let example = json!({ "done": [{ "userid": "a", "code": 1 }, { "department": 4 }, { "userid": "b", "code": 2 }] });
        let request = json!({ "people": { "userids": ["c", "b"] }, "departments": [9] });
        let expected = json!({ "done": [{ "userid": "c", "code": 1 }, { "userid": "b", "code": 2 }, { "department": 9 }] });
        assert_eq!(answer(&echoes, &request, example.clone()), expected);
        assert_eq!(answer(&echoes, &json!({}), example), json!({ "done": [] }));
    }

    #[test]
    fn each_result_has_ids_of_its_own_the_same_in_each_call() {
        let echoes = [Echo { list: "users", of: "userids", fields: &["userid"] }];
        let example =
            json!({ "users": [{ "userid": "a", "open_userid": "woA", "corpid": "ww1", "state": "x" }] });
        let ids = |userids: Value| -> Vec<Value> {
            let answer = answer(&echoes, &json!({ "userids": userids }), example.clone());
            let users = answer["users"].as_array().unwrap().iter();
            users
                .inspect(|user| assert_eq!((&user["corpid"], &user["state"]), (&json!("ww1"), &json!("x"))))
                .map(|user| user["open_userid"].clone())
                .collect()
        };
        let [a, b, c] = &ids(json!(["a", "b", "c"]))[..] else { panic!("three results") };
        assert_eq!(a, "woA", "that of the example is its own");
        assert!(a != b && b != c && c != a, "{a} {b} {c}");
        assert_eq!(ids(json!(["c", "b"])), [c.clone(), b.clone()]);
    }

    #[test]
    fn what_can_t_be_an_item_has_no_result() {
        let echoes = [Echo { list: "users", of: "userids", fields: &["userid"] }];
        let example = json!({ "users": [{ "userid": "a", "open_userid": "woA" }] });
        let request = json!({ "userids": [null, { "a": 1 }, ["q"], { "userid": ["q"] }, 5] });
        let users = &answer(&echoes, &request, example)["users"];
        assert_eq!((users.as_array().unwrap().len(), &users[0]["userid"]), (1, &json!(5)));
    }

    #[test]
    fn results_repeat_the_fields_of_objects_or_the_values_themselves() {
        let echoes = [
            Echo { list: "in.calls", of: "calls", fields: &["area", "number"] },
            Echo { list: "names", of: "names", fields: &[] },
        ];
        let example = json!({ "in": { "calls": [{ "area": 86, "number": "1", "status": "calling" }] }, "names": ["x"] });
        let request = json!({ "calls": [{ "number": "2" }, { "area": 1, "number": "3", "note": "n" }], "names": ["a", "b"] });
        let calls = json!([
            { "area": 86, "number": "2", "status": "calling" },
            { "area": 1, "number": "3", "status": "calling" },
        ]);
        let expected = json!({ "in": { "calls": calls }, "names": ["a", "b"] });
        assert_eq!(answer(&echoes, &request, example), expected);
        let none = json!({ "other": 1 });
        assert_eq!(answer(&echoes, &request, none.clone()), none);
    }
}
