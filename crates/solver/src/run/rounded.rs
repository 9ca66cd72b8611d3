//! Errors by rounding along a run, and what they refuse.

use ratelaw_network::SpeciesId;

use super::{Carrier, Run};
use crate::error::Cause;
use crate::integrate::Stop;
use crate::options::OnRounding;
use crate::rounding::Errors;
use crate::solution::RoundingError;

impl<'a> Run<'a> {
    /// Follows errors by rounding over a step of size `h` to `t`, where the step may have been cut. Reports a tolerance that
    /// they alone pass in a state that is reported (one saved lately, or that at the end of a stretch), and refuses it where
    /// what sums of rates lose passes it by far.
    ///
    /// # Errors
    /// The stop of the run.
    pub(crate) fn note_rounding(
        &mut self,
        (t, cut): (f64, bool),
        h: f64,
        carrier: &impl Carrier<'a>,
    ) -> Result<(), Stop> {
        let Some(rounding) = &mut self.rounding else { return Ok(()) };
        let (saved, ends) = (self.solution.times.len(), cut || t >= self.end);
        if !rounding.note(h, ends) {
            return Ok(());
        }
        carrier.state((&mut self.z, &mut self.q));
        rounding.follow(&self.z);
        if std::mem::replace(&mut self.judged, saved) == saved && !ends {
            return Ok(());
        }
        let Errors { all: (error, species), by_sums } = rounding.norms(&self.tolerance, &self.z);
        if self.options.on_rounding == OnRounding::Fail && by_sums.0 > RoundingError::REFUSED {
            let cause = Cause::Rounding { error: by_sums.0, rtol: self.tolerance.relative };
            return Err(Stop { cause, t, h, species: Some(by_sums.1) });
        }
        let known = self.solution.rounding.map_or(RoundingError::WARNED, |known| known.error);
        if error > known {
            self.solution.rounding = Some(RoundingError { species: SpeciesId(species), error, time: t });
        }
        Ok(())
    }
}
