//! The stages of a protocol one after the other, with their repetitions.

use ratelaw_network::Conditions;
use ratelaw_network::protocol::{Stage, StageLimit, Swept};

/// Walks stages in the order in which they are done.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    /// Lists that are being done: the list, the place in it, and how often it is still to be done.
    open: Vec<(&'a [Stage], usize, u32)>,
}

impl<'a> Schedule<'a> {
    pub(crate) fn new(stages: &'a [Stage]) -> Self {
        Self { open: vec![(stages, 0, 1)] }
    }
}

impl<'a> Iterator for Schedule<'a> {
    type Item = &'a Stage;

    fn next(&mut self) -> Option<&'a Stage> {
        loop {
            let (list, at, left) = self.open.last_mut()?;
            match list.get(*at) {
                Some(Stage::Repeat { times, stages }) => {
                    *at += 1;
                    self.open.push((stages, 0, *times));
                }
                Some(stage) => {
                    *at += 1;
                    return Some(stage);
                }
                None if *left > 1 && !list.is_empty() => (*at, *left) = (0, *left - 1),
                None => drop(self.open.pop()),
            }
        }
    }
}

/// A stage that takes time: the conditions that it starts with, how long it lasts at most, and what it ends at.
pub(crate) fn span<'a>(
    stage: &'a Stage,
    before: &Conditions,
    time: f64,
) -> Option<(Conditions, f64, Option<&'a StageLimit>)> {
    let mut now = *before;
    (now.potential, now.temperature) = (before.potential_at(time), before.temperature_at(time));
    (now.time, now.potential_rate, now.temperature_rate, now.connected) = (time, 0.0, 0.0, true);
    match stage {
        Stage::Hold { set, limit } => {
            match set {
                Some((Swept::Potential, value)) => now.potential = *value,
                Some((Swept::Temperature, value)) => now.temperature = *value,
                None => {}
            }
            Some((now, limit.time, Some(limit)))
        }
        Stage::Rest { limit } => {
            now.connected = false;
            Some((now, limit.time, Some(limit)))
        }
        Stage::Ramp { of, from, to, rate } => {
            let (value, slope) = match of {
                Swept::Potential => (&mut now.potential, &mut now.potential_rate),
                Swept::Temperature => (&mut now.temperature, &mut now.temperature_rate),
            };
            *value = from.unwrap_or(*value);
            let change = to - *value;
            *slope = rate.copysign(change);
            Some((now, change.abs() / rate, None))
        }
        Stage::Dose { .. } | Stage::Withdraw { .. } | Stage::Transfer { .. } | Stage::Repeat { .. } => None,
    }
}

/// The conditions that go on after a stage that started with `conditions` and ended at `time`.
pub(crate) fn after(conditions: &Conditions, time: f64) -> Conditions {
    let mut now = *conditions;
    (now.potential, now.temperature) = (conditions.potential_at(time), conditions.temperature_at(time));
    (now.time, now.potential_rate, now.temperature_rate) = (time, 0.0, 0.0);
    now
}

/// The longest time that a protocol can take, s.
pub(crate) fn longest(stages: &[Stage], start: Conditions) -> f64 {
    let (mut total, mut conditions) = (0.0, start);
    for stage in Schedule::new(stages) {
        if let Some((now, duration, _)) = span(stage, &conditions, total) {
            total += duration;
            conditions = after(&now, total);
        }
    }
    total
}

/// Whether anything changes steadily.
pub(crate) fn has_ramps(stages: &[Stage]) -> bool {
    stages.iter().any(|stage| match stage {
        Stage::Ramp { .. } => true,
        Stage::Repeat { stages, .. } => has_ramps(stages),
        _ => false,
    })
}

/// Whether a condition is set before anything reads it (at rest no electrode has a potential), so that what a problem
/// gives for it has no effect.
pub(crate) fn sets(stages: &[Stage], what: Swept) -> bool {
    let timed = Schedule::new(stages).find(|stage| match stage {
        Stage::Hold { .. } | Stage::Ramp { .. } => true,
        Stage::Rest { .. } => what == Swept::Temperature,
        _ => false,
    });
    match timed {
        Some(Stage::Hold { set: Some((of, _)), .. }) => *of == what,
        Some(Stage::Ramp { of, from, .. }) => *of == what && from.is_some(),
        _ => false,
    }
}

/// Whether a stage can end by a condition.
pub(crate) fn has_conditions(stages: &[Stage]) -> bool {
    stages.iter().any(|stage| match stage {
        Stage::Hold { limit, .. } | Stage::Rest { limit } => limit.until.is_some(),
        Stage::Repeat { stages, .. } => has_conditions(stages),
        _ => false,
    })
}
