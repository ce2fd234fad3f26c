//! Answers as they are in the wild: out of range, out of shape, nearly JSON, or not WeCom's at all.

use serde_json::json;
use wecom_models::chatdata::archive::SyncMsg;
use wecom_models::meeting::basic::GetInfo;
use wecom_models::wedrive::files::FileList;
use wecom_requests::parse;

#[test]
fn integers_are_64_bits_wide() {
    let meeting = parse::<GetInfo>(br#"{"errcode":0,"agentid":1013699173317}"#).unwrap();
    assert_eq!(meeting.agentid, Some(1_013_699_173_317));
    let files = json!({ "errcode": 0, "file_list": { "item": [{ "file_size": 2_287_375_645_u64 }] } });
    let files = parse::<FileList>(files.to_string().as_bytes()).unwrap();
    assert_eq!(files.file_list.item[0].file_size, 2_287_375_645);
}

#[test]
fn a_number_that_does_not_fit_is_an_error_that_names_the_range() {
    const UINT: &str = "expected an integer from 0 to 18446744073709551615";
    const INT: &str = "expected an integer from -9223372036854775808 to 9223372036854775807";
    for (sent, found) in [
        ("-1", "integer `-1`"),
        ("99999999999999999999", "floating point `1e+20`"),
        ("0.5", "floating point `0.5`"),
        ("\"18446744073709551616\"", "a string"),
    ] {
        let body = format!(r#"{{"errcode":0,"agentid":{sent}}}"#);
        let error = parse::<GetInfo>(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(&format!("at `agentid`: invalid value: {found}, {UINT}")), "{error}");
    }
    let error = parse::<SyncMsg>(br#"{"errcode":18446744073709551615}"#).unwrap_err().to_string();
    assert!(error.contains(&format!("integer `18446744073709551615`, {INT}")), "{error}");
}
