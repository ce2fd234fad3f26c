//! The scripts that run in Redis, so that each step is atomic. All keys of a script belong to one scope, whose name is
//! their hash tag: in a cluster, one server has them all.

use std::sync::LazyLock;

use redis::{Cmd, Script, ToRedisArgs, cmd};

macro_rules! scripts {
    ($($name:ident: $file:literal,)*) => {$(
        pub(super) static $name: LazyLock<Text> = LazyLock::new(|| Text::new(include_str!($file)));
    )*};
}

scripts! {
    GET: "get.lua",
    PUT: "put.lua",
    REMOVE: "remove.lua",
    TAKE_LEASE: "take_lease.lua",
    RENEW_LEASE: "renew_lease.lua",
    RELEASE_LEASE: "release_lease.lua",
    TAKE_CALL: "take_call.lua",
    ENTER: "enter.lua",
    LEAVE: "leave.lua",
}

/// A script.
pub(super) struct Text {
    text: &'static str,
    hash: String,
}

impl Text {
    fn new(text: &'static str) -> Self {
        Self { text, hash: Script::new(text).get_hash().to_owned() }
    }

    /// Creates a call of it, with its keys.
    pub(super) fn call(&'static self, keys: &[String]) -> Invocation {
        let mut known = cmd("EVALSHA");
        let mut whole = cmd("EVAL");
        known.arg(&self.hash);
        whole.arg(self.text);
        let mut invocation = Invocation { known, whole };
        invocation.arg(keys.len()).arg(keys);
        invocation
    }
}

/// A call of a script: by its hash, and in full for a server that doesn't know it yet. (`SCRIPT LOAD` would go to all
/// servers of a cluster, and fail if any of them fails.)
#[derive(Clone)]
pub(super) struct Invocation {
    pub(super) known: Cmd,
    pub(super) whole: Cmd,
}

impl Invocation {
    pub(super) fn arg(&mut self, arg: impl ToRedisArgs) -> &mut Self {
        self.known.arg(&arg);
        self.whole.arg(&arg);
        self
    }
}
