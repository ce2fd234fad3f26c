//! Links from the documentation of models to what uses them: `wecom-models` depends on none of it, so rustdoc can't find it.

/// The address of the documentation of `wecom-sdk`.
const SDK: &str = "https://docs.rs/wecom-sdk/latest/wecom_sdk";

/// Links a method of the client, by its path: `Client::upload`.
pub(super) fn client(path: &str) -> String {
    let method = path.trim_start_matches("Client::");
    format!("[`{path}`]({SDK}/struct.Client.html#method.{method})")
}

/// Links the constant of an error code.
pub(super) fn errcode(name: &str) -> String {
    format!("[`{name}`]({SDK}/errcode/constant.{name}.html)")
}

/// Links the module that receives callbacks.
pub(super) fn callback() -> String {
    format!("[`callback`]({SDK}/callback/index.html)")
}

/// Links the AI bot on a long connection.
pub(super) fn ai_bot() -> String {
    format!("[`AiBot`]({SDK}/struct.AiBot.html)")
}
