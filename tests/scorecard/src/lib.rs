//! How well Laptime judges: series as CI makes them, whose truth is known, and what detectors say
//! of them. Everything follows from seeds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it measures, and a measurement that cannot be made ends there"
)]

pub mod committed;
pub mod detector;
pub mod ideal;
pub mod labelled;
pub mod partition;
pub mod score;
pub mod shares;
pub mod simulator;
