//! The problems as the user of a general solver writes them: straight-line code, no tables.

mod cell;
mod hires;
mod pollu;
mod rober;

pub use cell::Cell;
pub use hires::Hires;
pub use pollu::Pollu;
pub use rober::Rober;

/// A stiff problem `dy/dt = f(k, y)`.
pub trait Ode: 'static {
    /// Variables.
    const N: usize;
    /// End of the run, s.
    const END: f64;
    /// The constants of the published problem, one a rate. All is inlined, so that with them the compiler knows every number;
    /// a sweep gives others at run time.
    const K: &[f64];
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]);
    /// The product of the Jacobian and `v`.
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]);
    /// The entries of the Jacobian that are not zero: row, column, value.
    fn jacobian(k: &[f64], y: &[f64], put: impl FnMut(usize, usize, f64));
    fn initial() -> Vec<f64>;
}
