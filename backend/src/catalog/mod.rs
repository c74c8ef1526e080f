//! The catalog: what citizens can apply for, its guides and its forms. Content of the city, the same for everybody.

mod conditional;
pub mod routes;
#[cfg(test)]
mod tests;
