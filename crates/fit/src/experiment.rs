//! An experiment: a problem and what was measured of it.

use ratelaw_solver::{Observable, Problem, ProblemBuilder, SavePoints};

use crate::data_table::fault;
use crate::dataset::{Dataset, Measurement, Series};
use crate::error::{FitError, Result};

/// A problem and its data, with every column's observable looked up.
#[derive(Debug, Clone)]
pub struct Experiment {
    problem: Problem,
    data: Dataset,
    observables: Vec<Observable>,
}

/// One value that was observed or published of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The observable, as data files name it.
    pub observable: String,
    /// Time, s.
    pub time: f64,
    /// Value, SI; fractions are pure numbers.
    pub value: f64,
    /// Its standard deviation, SI.
    pub sd: f64,
}

impl Experiment {
    /// An experiment of single observations, such as published figures; `source` is the name that messages give them.
    ///
    /// # Errors
    /// What [`Experiment::new`] refuses.
    pub fn observed(problem: Problem, observations: &[Observation], source: &str) -> Result<Self> {
        let mut series: Vec<Series> = Vec::new();
        for observation in observations {
            let Observation { time, value, sd, .. } = *observation;
            let point = Measurement { time, value, sd: Some(sd), line: 0 };
            match series.iter_mut().find(|s| s.name == observation.observable) {
                Some(own) => own.points.push(point),
                None => {
                    let observable = Observable::parse(problem.network(), &observation.observable)?;
                    let dimension = observable.dimension(problem.network());
                    series.push(Series {
                        name: observation.observable.clone(),
                        unit: dimension.to_string(),
                        factor: 1.0,
                        dimension,
                        arbitrary: false,
                        line: 0,
                        points: vec![point],
                    });
                }
            }
        }
        Self::look_up(problem, Dataset { file: source.to_owned(), notes: Vec::new(), conditions: Vec::new(), series })
    }

    /// Looks the columns up and sets the run to the times of the data.
    ///
    /// # Errors
    /// A column that is no observable of the network, or whose unit does not fit it. Data that state conditions: they are for
    /// [`Experiment::in_conditions`].
    pub fn new(problem: Problem, data: Dataset) -> Result<Self> {
        match data.conditions.first() {
            Some(c) => {
                let what = "the data state a condition, and the problem is given";
                let expected = "a problem that is still to be built: `Experiment::in_conditions`";
                Err(fault(&data.file, c.line, what, format!("`{}`", c.words()), expected))
            }
            None => Self::look_up(problem, data),
        }
    }

    /// The same under the conditions that the data state, if they state any, on top of what the builder has.
    ///
    /// # Errors
    /// What [`Experiment::new`] and [`ProblemBuilder::build`] refuse; a condition that means nothing in the network or whose
    /// value does not fit it, with its line.
    pub fn in_conditions(builder: ProblemBuilder, data: Dataset) -> Result<Self> {
        Self::look_up(data.problem(builder)?, data)
    }

    fn look_up(mut problem: Problem, data: Dataset) -> Result<Self> {
        let network = problem.network().clone();
        let mut observables = Vec::new();
        for series in &data.series {
            let observable = Observable::parse(&network, &series.name).map_err(|e| FitError::Data {
                file: data.file.clone(),
                line: series.line,
                what: format!("`{}` is nothing that the model gives", series.name),
                found: format!("`{}`", series.name),
                expected: e.to_string(),
            })?;
            let expected = observable.dimension(&network);
            if !series.arbitrary && expected != series.dimension {
                return Err(FitError::Data {
                    file: data.file.clone(),
                    line: series.line,
                    what: format!("the unit of `{}`", series.name),
                    found: format!("`{}`", series.unit),
                    expected: format!("a unit of {expected}"),
                });
            }
            observables.push(observable);
        }
        let mut times: Vec<f64> = data.series.iter().flat_map(|s| s.points.iter().map(|p| p.time)).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let last = times.last().copied().unwrap_or(0.0);
        if last > 0.0 {
            problem.set_t_end(last);
        }
        problem.set_save(SavePoints::Times(times));
        Ok(Self { problem, data, observables })
    }

    /// The problem, whose run ends with the data.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The data.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// The observable of each series of the data.
    pub fn observables(&self) -> &[Observable] {
        &self.observables
    }

    /// The same with other measured values, taken in the order of the data.
    pub(crate) fn with_values(&self, values: &mut impl Iterator<Item = f64>) -> Self {
        let mut changed = self.clone();
        let points = changed.data.series.iter_mut().flat_map(|s| &mut s.points);
        points.zip(values).for_each(|(point, value)| point.value = value);
        changed
    }
}
