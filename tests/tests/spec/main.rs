//! The spec's types and documents against examples, pages and other readers of OpenAPI.

mod answers;
mod documents;
mod misfits;
mod openapi;
mod pages;
