//! Acts in words.

use std::fmt;

use crate::life::{Act, Why};

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file an issue"),
            Self::Settle => f.write_str("find out whether its issue was filed"),
            Self::Edit { aloud: false } => f.write_str("edit its issue"),
            Self::Edit { aloud: true } => f.write_str("edit its issue, and say so"),
            Self::Redate { from } => {
                write!(f, "let the issue of {from} tell of it: late facts moved it")
            }
            Self::Reopen { from } => write!(f, "open the issue of {from} again"),
            Self::Close(why) => write!(f, "close its issue: {why}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recovered => f.write_str("the level went back"),
            Self::Silent => f.write_str("nothing has run for long"),
            Self::Withdrawn => f.write_str("what came since took it back"),
            Self::PartOf(whole) => write!(f, "that of {whole} tells of all workflows"),
        }
    }
}
