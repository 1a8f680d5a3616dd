//! Figures as files have them: whatever stands there is taken, and judged when it is used, so that
//! one wrong figure does not hide the next.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::hostile;

/// The smallest time above zero, in seconds.
const LEAST_S: f64 = 1e-18;
/// The largest, in seconds. Between the two no ratio and no square is out of range.
const MOST_S: f64 = 1e18;

/// What stands in the place of a figure.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Figure {
    /// Nothing, or null.
    #[default]
    Missing,
    Number(f64),
    /// Something else, described.
    Wrong(String),
}

/// Why a figure cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) field: String,
    pub(super) found: String,
}

impl Fault {
    pub(super) fn new(field: &str, found: &str) -> Self {
        Self { field: field.to_owned(), found: found.to_owned() }
    }
}

impl Figure {
    /// A time in seconds, from a figure in units of `unit_s` seconds.
    pub(super) fn time(&self, field: &str, unit_s: f64) -> Result<f64, Fault> {
        self.optional_time(field, unit_s)?.ok_or_else(|| Fault::new(field, "is missing"))
    }

    /// The same where it may be missing.
    pub(super) fn optional_time(&self, field: &str, unit_s: f64) -> Result<Option<f64>, Fault> {
        match self {
            Self::Missing => Ok(None),
            Self::Wrong(what) => Err(Fault::new(field, &format!("is {what}, no number"))),
            Self::Number(number) => seconds(*number, number * unit_s, field).map(Some),
        }
    }

    /// A count, where there is one.
    pub(super) fn count(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Missing | Self::Wrong(_) => None,
        }
    }
}

fn seconds(told: f64, seconds: f64, field: &str) -> Result<f64, Fault> {
    if seconds < 0.0 {
        return Err(Fault::new(field, &format!("is {told}: a time is not negative")));
    }
    // A negative zero is a zero.
    let seconds = seconds + 0.0;
    if seconds > 0.0 && !(LEAST_S..=MOST_S).contains(&seconds) {
        return Err(Fault::new(field, &format!("is {told:.0e}: no such time was ever measured")));
    }
    Ok(seconds)
}

/// A list of numbers, up to the first thing in it that is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figures {
    numbers: Vec<f64>,
    wrong: Option<String>,
}

impl Figures {
    /// Times in seconds; an empty list where there is none.
    pub(super) fn times(&self, field: &str, unit_s: f64) -> Result<Vec<f64>, Fault> {
        let numbers = self.numbers(field)?.iter().enumerate();
        numbers
            .map(|(at, number)| seconds(*number, number * unit_s, &format!("{field}[{at}]")))
            .collect()
    }

    fn numbers(&self, field: &str) -> Result<&[f64], Fault> {
        match &self.wrong {
            Some(wrong) => Err(Fault::new(field, wrong)),
            None => Ok(&self.numbers),
        }
    }

    /// Times in seconds of a single pass, from those of as many passes as `passes` says.
    pub(super) fn each(
        &self,
        passes: &Self,
        [field, passes_field]: [&str; 2],
        unit_s: f64,
    ) -> Result<Vec<f64>, Fault> {
        let (all, passes) = (self.numbers(field)?, passes.numbers(passes_field)?);
        if all.len() != passes.len() {
            let found = format!("has {} values, {passes_field} {}", all.len(), passes.len());
            return Err(Fault::new(field, &found));
        }
        let pairs = all.iter().zip(passes).enumerate();
        pairs
            .map(|(at, (all, passes))| {
                if *passes < 1.0 {
                    let found = format!("is {passes}: no pass, no time");
                    return Err(Fault::new(&format!("{passes_field}[{at}]"), &found));
                }
                seconds(*all, all / passes * unit_s, &format!("{field}[{at}]"))
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Figure;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Figure, E> {
        Ok(Figure::Number(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a time needs no last digit")]
    fn visit_u64<E>(self, number: u64) -> Result<Figure, E> {
        Ok(Figure::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "a time needs no last digit")]
    fn visit_i64<E>(self, number: i64) -> Result<Figure, E> {
        Ok(Figure::Number(number as f64))
    }

    fn visit_unit<E>(self) -> Result<Figure, E> {
        Ok(Figure::Missing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Figure, E> {
        Ok(Figure::Wrong(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Figure, E> {
        Ok(Figure::Wrong(format!("the text \"{}\"", hostile::terminal(text, 40))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Figure, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Figure::Wrong("an array".to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figure, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Figure::Wrong("an object".to_owned()))
    }
}

impl<'de> Deserialize<'de> for Figures {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Numbers)
    }
}

struct Numbers;

/// What is no array is taken too, for the same reason as a figure that is no number.
impl<'de> Visitor<'de> for Numbers {
    type Value = Figures;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of numbers")
    }

    fn visit_unit<E>(self) -> Result<Figures, E> {
        Ok(Figures::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Figures, A::Error> {
        let mut figures = Figures::default();
        while let Some(figure) = seq.next_element()? {
            match figure {
                Figure::Number(number) => figures.numbers.push(number),
                Figure::Missing => figures.refuse("null"),
                Figure::Wrong(what) => figures.refuse(&what),
            }
        }
        Ok(figures)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Figures, E> {
        Ok(Figures::no_array())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Figures, E> {
        Ok(Figures::no_array())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Figures, E> {
        Ok(Figures::no_array())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Figures, E> {
        Ok(Figures::no_array())
    }

    fn visit_str<E>(self, _: &str) -> Result<Figures, E> {
        Ok(Figures::no_array())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figures, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Figures::no_array())
    }
}

impl Figures {
    fn no_array() -> Self {
        Self { numbers: Vec::new(), wrong: Some("is no array of numbers".to_owned()) }
    }

    fn refuse(&mut self, what: &str) {
        let at = self.numbers.len();
        self.wrong.get_or_insert_with(|| format!("has {what} in place {at}, no number"));
    }
}
