//! The curves of a fit with their bands, as a table and as JSON.

use ratelaw_solver::{Cell, Column, Table};
use serde_json::{Value, json};

use crate::error::Result;
use crate::report::FitReport;

/// A limit on both sides at each time; none where there is no such band.
type Around = Option<Vec<(f64, f64)>>;

/// The curve of one series.
struct Drawn {
    experiment: usize,
    series: usize,
    times: Vec<f64>,
    model: Vec<f64>,
    error: Option<Vec<f64>>,
    confidence: Around,
    prediction: Around,
}

impl FitReport {
    /// The fitted curve of every series at so many equally spaced times, with its standard error and 95 % bands; these
    /// cells are empty where the fit has no covariance, or a series has no common noise. Values are in the unit of the
    /// series.
    ///
    /// # Errors
    /// A run that fails.
    pub fn band_table(&self, points: usize) -> Result<Table> {
        let text = ["experiment", "observable", "unit"].map(|name| Column::new(name, ""));
        let numbers = ["model", "standard error"].map(|name| Column::new(name, ""));
        let limits = ["confidence low", "confidence high", "prediction low", "prediction high"];
        let mut columns = text.to_vec();
        columns.push(Column::new("time", "s"));
        columns.extend(numbers);
        columns.extend(limits.map(|name| Column::new(&format!("{name} 95 %"), "")));
        let mut rows = Vec::new();
        for curve in self.drawn(points)? {
            let data = self.experiments[curve.experiment].data();
            let series = &data.series[curve.series];
            for (i, time) in curve.times.iter().enumerate() {
                let ends = |around: &Around| around.as_ref().map_or((None, None), |a| (Some(a[i].0), Some(a[i].1)));
                let ((low, high), (below, above)) = (ends(&curve.confidence), ends(&curve.prediction));
                let mut row = [&data.file, &series.name, &series.unit].map(|t| Cell::Text(t.clone())).to_vec();
                row.extend([*time, curve.model[i]].map(Cell::Number));
                row.push(curve.error.as_ref().map(|e| e[i]).into());
                row.extend([low, high, below, above].map(Cell::from));
                rows.push(row);
            }
        }
        let note = |key: &str, value: String| (key.to_owned(), value);
        let notes = vec![
            note("model", self.model().to_owned()),
            note("standard_errors_to_either_side", self.quantile.to_string()),
            note("program", concat!("ratelaw ", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        Ok(Table { notes, columns, rows })
    }

    /// The same as JSON: a list with an object for each series.
    ///
    /// # Errors
    /// A run that fails.
    pub fn bands_json(&self, points: usize) -> Result<Value> {
        let value = |curve: Drawn| {
            let data = self.experiments[curve.experiment].data();
            let series = &data.series[curve.series];
            json!({
                "data": data.file,
                "observable": series.name,
                "unit": series.unit,
                "time_s": curve.times,
                "model": curve.model,
                "standard_error": curve.error,
                "confidence_95": curve.confidence,
                "prediction_95": curve.prediction,
            })
        };
        Ok(self.drawn(points)?.into_iter().map(value).collect())
    }

    fn drawn(&self, points: usize) -> Result<Vec<Drawn>> {
        let all = self.experiments.iter().enumerate();
        let all = all.flat_map(|(e, own)| (0..own.data().series.len()).map(move |s| (e, s)));
        all.map(|(experiment, series)| {
            let none = (None, None, None);
            let (times, model, (error, confidence, prediction)) = if self.covariance.is_some() {
                let band = self.band(experiment, series, points)?;
                let around = (Some(band.confidence()), band.prediction());
                (band.times, band.model, (Some(band.error), around.0, around.1))
            } else {
                let (times, model) = self.curve(experiment, series, points)?.into_iter().unzip();
                (times, model, none)
            };
            Ok(Drawn { experiment, series, times, model, error, confidence, prediction })
        })
        .collect()
    }
}
