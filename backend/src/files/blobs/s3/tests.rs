//! Against a store that checks every signature.
