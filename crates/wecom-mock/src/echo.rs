//! Lists of a response with a result for each item of a list in the request.

use serde_json::Value;

use crate::route::Echo;
use crate::value::{at, at_mut};

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

/// The result for an item: that of the example, if it has one, or one like it.
fn result(echo: &Echo, item: &Value, examples: &[Value]) -> Option<Value> {
    if echo.fields.is_empty() {
        return Some(item.clone());
    }
    let of = |field: &&'static str| Some((*field, if item.is_object() { item.get(field)? } else { item }));
    let sent: Vec<(&str, &Value)> = echo.fields.iter().filter_map(of).collect();
    let same = |example: &&Value| sent.iter().all(|(field, value)| example.get(field) == Some(value));
    let like = |example: &&Value| sent.iter().any(|(field, _)| example.get(field).is_some());
    let mut result = examples.iter().find(same).or_else(|| examples.iter().find(like))?.clone();
    for (field, value) in sent {
        result[field] = value.clone();
    }
    Some(result)
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
