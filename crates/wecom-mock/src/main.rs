//! The program `wecom-mock`: a fake WeCom for programs in any language.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::time::Duration;

use lexopt::prelude::*;
use wecom_mock::{Server, ServerBuilder};

const HELP: &str = "\
A fake WeCom (企业微信) server for tests in any language. It serves every endpoint of the API specification.

Usage: wecom-mock [OPTIONS]

Options:
      --port PORT              The port to listen on; 0 picks a free one [default: 8080]
      --host ADDRESS           The IP address to listen on; 0.0.0.0 for all, as in a container [default: 127.0.0.1]
      --credentials ID:SECRET  Issues tokens only for this ID and secret; may be repeated [default: any]
      --token-lifetime SECONDS The lifetime of tokens [default: 7200]
      --pages NUMBER           The number of pages of a paged endpoint [default: 3]
  -h, --help                   Prints this help
  -V, --version                Prints the version

Prints the server's address as the first line, and runs until it is stopped (Ctrl-C). Use that address as the base URL
instead of https://qyapi.weixin.qq.com. Faults, responses, tokens and the requests received are under /_mock: GET /_mock explains how.

It also pushes callbacks, encrypted and signed like WeCom's: set your application with POST /_mock/application (callback URL, token and
key), which is verified, then POST /_mock/push with the name of an example ({\"example\": \"contacts.events.create_user\"}) or a document.
";

/// The action that the arguments request.
enum Wish {
    Help,
    Version,
    Serve { host: IpAddr, port: u16, builder: ServerBuilder },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let wish = match read(lexopt::Parser::from_env()) {
        Ok(wish) => wish,
        Err(error) => return fail(2, &format!("{error}; --help lists the options")),
    };
    let (host, port, builder) = match wish {
        Wish::Help => return print(HELP),
        Wish::Version => return print(concat!("wecom-mock ", env!("CARGO_PKG_VERSION"), "\n")),
        Wish::Serve { host, port, builder } => (host, port, builder),
    };
    let server = match builder.address((host, port)).start().await {
        Ok(server) => server,
        Err(error) => {
            return fail(
                1,
                &format!("can't listen on port {port} of {host}: {error}; --port 0 picks a free one"),
            );
        }
    };
    let printed = print(&format!("{}\n", server.base_url()));
    if printed == ExitCode::SUCCESS {
        std::future::pending::<()>().await;
    }
    printed
}

fn read(mut arguments: lexopt::Parser) -> Result<Wish, lexopt::Error> {
    let (mut host, mut port) = (IpAddr::from(Ipv4Addr::LOCALHOST), 8080);
    let mut builder = Server::builder();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Wish::Help),
            Short('V') | Long("version") => return Ok(Wish::Version),
            Long("host") => host = arguments.value()?.parse()?,
            Long("port") => port = arguments.value()?.parse()?,
            Long("credentials") => {
                let both = arguments.value()?.string()?;
                let (id, secret) = both.split_once(':').ok_or("--credentials needs the form ID:SECRET")?;
                builder = builder.credentials(id, secret);
            }
            Long("token-lifetime") => {
                builder = builder.token_lifetime(Duration::from_secs(arguments.value()?.parse()?));
            }
            Long("pages") => builder = builder.pages(arguments.value()?.parse()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wish::Serve { host, port, builder })
}

/// Prints to the standard output and flushes it, since a pipe would get nothing until later.
fn print(text: &str) -> ExitCode {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(code: u8, message: &str) -> ExitCode {
    // If nobody can read it, the exit code has to suffice.
    let _ = writeln!(io::stderr(), "error: {message}");
    code.into()
}
