//! What Laptime says on GitHub: issues and comments, within its rate limits.
