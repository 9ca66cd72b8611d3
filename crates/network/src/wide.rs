//! The widest vector instructions of the processor, chosen at run time.

use std::sync::OnceLock;

use pulp::Arch;

/// Runs `f`, compiled for the widest vectors that the processor at hand has, so that a build for any processor of a family is
/// fast on each. The closure and what it calls must be marked `#[inline(always)]`, else they stay as they are. Results do not depend on the choice: the operations are
/// the same, and none are fused. A single lane has no use for vectors.
///
/// With the environment variable `RATELAW_NARROW` set, the instructions are those of the build: for comparisons.
#[inline]
pub fn wide<const W: usize, R>(f: impl FnOnce() -> R) -> R {
    static WIDEST: OnceLock<Arch> = OnceLock::new();
    if W == 1 {
        return f();
    }
    let choose = || if std::env::var_os("RATELAW_NARROW").is_some() { Arch::Scalar } else { Arch::new() };
    WIDEST.get_or_init(choose).dispatch(f)
}
