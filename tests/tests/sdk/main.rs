//! The client, the callbacks and the mock with one another, over HTTP. One program: each takes seconds to link.
//!
//! What a test measures of its own process, or says to all of it, is a program of its own beside this one.

mod archive;
mod around;
mod callbacks;
mod calls;
mod connections;
mod drive;
mod end_to_end;
mod events;
mod faults;
mod files;
mod first_guesses;
mod hostile;
mod jobs;
mod limits;
mod merchant;
mod messages;
mod paging;
mod shapes;
mod spans;
mod tokens;
mod traps;
