//! What a check looks at.

use super::file::Check;

/// What is taken there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Quantum {
    Observable(String),
    /// Monoisotopic mass of a species, g/mol.
    Mass(String),
    Parameter(String),
    /// Degree of control of a step over an observable.
    Control {
        step: String,
        of: String,
    },
    /// The part of a step of the control of all.
    ControlShare {
        step: String,
        of: String,
    },
    Figure(String),
}

/// What a check takes, by its keys.
pub(super) fn quantity(check: &Check) -> Result<Quantum, String> {
    let value = check.value.as_deref();
    Ok(match (value, &check.figure, &check.control, &check.control_share) {
        (None, Some(figure), None, None) => Quantum::Figure(figure.clone()),
        (Some(value), None, None, None) => quantum(value),
        (Some(of), None, Some(step), None) => Quantum::Control { step: step.clone(), of: of.to_owned() },
        (Some(of), None, None, Some(step)) => Quantum::ControlShare { step: step.clone(), of: of.to_owned() },
        _ => return Err("it needs a `value` (with `control` or `control_share` at most one), or a `figure`".into()),
    })
}

/// What a `value` means.
pub(super) fn quantum(text: &str) -> Quantum {
    let within = |word: &str| text.trim().strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')');
    match (within("mass"), within("parameter")) {
        (Some(species), _) => Quantum::Mass(species.trim().to_owned()),
        (_, Some(name)) => Quantum::Parameter(name.trim().to_owned()),
        _ => Quantum::Observable(text.trim().to_owned()),
    }
}
