//! The client, the callbacks and the mock with one another, over HTTP. One program: each takes seconds to link.
//!
//! A test that measures its process, or sets something for all of it, is a program of its own beside this one.

mod ai_bot;
mod archive;
mod around;
mod bot_frames;
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
mod installations;
mod jobs;
mod limits;
mod merchant;
mod messages;
mod mock;
mod paging;
mod pushed;
mod quotas;
mod shapes;
mod spans;
mod tokens;
mod traps;
