//! A network as the user describes it: plain values, from a file or from the builder.

use crate::conditions::Reference;
use crate::expression::Expression;
use crate::parameter::Parameter;
use crate::phase::{Phase, SiteType};
use crate::protocol::Line;
use crate::species::Species;
use crate::step::Step;
use crate::units::Quantity;

/// Everything a model file says, in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Definition {
    /// Name.
    pub name: String,
    /// One line on what it describes.
    pub title: String,
    /// The publication it comes from.
    pub source: String,
    /// Remarks.
    pub notes: String,
    /// Conditions and questions of a run when the user gives none.
    pub run: RunDefaults,
    /// Regions.
    pub phases: Vec<Phase>,
    /// Kinds of surface sites.
    pub sites: Vec<SiteType>,
    /// Species.
    pub species: Vec<Species>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Observables by name.
    pub observables: Vec<NamedObservable>,
    /// Potentials of reference electrodes, where they are not the published ones.
    pub references: Vec<ReferencePotential>,
}

/// An observable that the model defines.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedObservable {
    /// Name.
    pub name: String,
    /// What it is: `0.3*[DPK] + 1.2*[DPKI]`, `yield(BPA from NH3)*FE(BPA)`.
    pub expression: Expression,
    /// The unit that it is shown in; SI if none is given.
    pub unit: Option<String>,
    /// What it means, or where its coefficients come from.
    pub note: String,
}

/// The potential of a reference electrode in this model's medium.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferencePotential {
    /// The reference electrode.
    pub reference: Reference,
    /// Its potential against the standard hydrogen electrode.
    pub potential: Quantity,
    /// Where the value comes from.
    pub source: String,
}

/// Conditions and questions of a run when the user gives none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunDefaults {
    /// Temperature.
    pub temperature: Option<Quantity>,
    /// Potential.
    pub potential: Option<Quantity>,
    /// The reference electrode of all potentials.
    pub reference: Option<Reference>,
    /// pH, which the reversible hydrogen electrode needs.
    pub ph: Option<f64>,
    /// Length of a run.
    pub t_end: Option<Quantity>,
    /// What is done during a run; it then lasts as long as its instructions.
    pub protocol: Vec<Line>,
    /// The species whose conversion is asked for.
    pub feed: Option<String>,
    /// The species whose yields are asked for.
    pub products: Vec<String>,
}
