//! The pages as text.
