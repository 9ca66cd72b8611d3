//! A report as tables and as JSON.

use ratelaw_solver::{Cell, Column, Table};
use serde_json::{Value, json};

use crate::bootstrap::{Bootstrap, BootstrapOptions};
use crate::profile::ProfilePoint;
use crate::report::{Estimate, FitReport};
use crate::residual::Comparison;

impl FitReport {
    /// Parameters as a table.
    pub fn table(&self) -> Table {
        let columns = ["parameter", "value", "standard error", "unit", "low 95 %", "high 95 %", "verdict"];
        let columns = columns.iter().map(|c| Column::new(c, "")).collect();
        let rows = self
            .parameters
            .iter()
            .map(|p| {
                let (low, high) = limits(p);
                let shown = |v: Option<f64>| Cell::from(v.map(|v| v / p.factor));
                vec![
                    Cell::Text(p.name.clone()),
                    shown(Some(p.value)),
                    shown(p.standard_error),
                    Cell::Text(p.unit.clone()),
                    low.into(),
                    high.into(),
                    Cell::Text(p.verdict.word().into()),
                ]
            })
            .collect();
        let note = |key: &str, value: String| (key.to_owned(), value);
        let mut notes = vec![
            note("model", self.model().to_owned()),
            note("data", self.experiments.iter().map(|e| e.data().file.clone()).collect::<Vec<_>>().join(", ")),
            note("sse", format!("{:.12}", self.sse)),
            note("degrees_of_freedom", self.degrees_of_freedom.to_string()),
            note("converged", self.converged.to_string()),
            note("starts", format!("{}, of which {} arrived; seed {}", self.starts.len(), self.arrived(), self.seed)),
            note("stopped", self.stopped().to_string()),
            note("rtol", format!("{:e}", self.rtol)),
            note("program", concat!("ratelaw ", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if let Some(correlation) = &self.correlation {
            for (i, row) in self.correlated.iter().zip(correlation) {
                let row: Vec<String> = row.iter().map(|c| format!("{c:.4}")).collect();
                notes.push(note(&format!("correlation_{}", self.parameters[*i].name), row.join(" ")));
            }
        }
        notes.extend(self.remarks().into_iter().map(|r| note("remark", r)));
        Table { notes, columns, rows }
    }

    /// Data, model and residuals as a table.
    pub fn residual_table(&self) -> Table {
        let columns = vec![
            Column::new("experiment", ""),
            Column::new("observable", ""),
            Column::new("unit", ""),
            Column::new("time", "s"),
            Column::new("measured", ""),
            Column::new("sd", ""),
            Column::new("model", ""),
            Column::new("residual", ""),
        ];
        let rows = self
            .comparisons
            .iter()
            .map(|c| {
                let data = self.experiments[c.experiment].data();
                let series = &data.series[c.series];
                vec![
                    Cell::Text(data.file.clone()),
                    Cell::Text(series.name.clone()),
                    Cell::Text(series.unit.clone()),
                    Cell::Number(c.time),
                    Cell::Number(c.measured),
                    c.sd.into(),
                    Cell::Number(c.model),
                    Cell::Number(c.model - c.measured),
                ]
            })
            .collect();
        Table { notes: Vec::new(), columns, rows }
    }

    /// Everything as JSON: values, errors and limits are in the unit that stands beside them.
    pub fn to_json(&self) -> Value {
        let parameters: Vec<Value> = self
            .parameters
            .iter()
            .map(|p| {
                let (low, high) = limits(p);
                json!({
                    "name": p.name,
                    "value": p.value / p.factor,
                    "unit": p.unit,
                    "standard_error": p.standard_error.map(|e| e / p.factor),
                    "low_95": low,
                    "high_95": high,
                    "verdict": p.verdict.word(),
                    "cause": p.cause.as_ref().map(crate::identifiability::Cause::words),
                    "prior": p.prior.map(|prior| prior.to_json(p.factor)),
                    "at_bound": p.at_bound,
                    "range": [p.low / p.factor, p.high / p.factor],
                    "logarithmic": p.logarithmic,
                    "profile": profile(p),
                })
            })
            .collect();
        let names: Vec<&str> = self.correlated.iter().map(|i| self.parameters[*i].name.as_str()).collect();
        let starts: Vec<Value> = self
            .starts
            .iter()
            .map(|s| {
                json!({ "sse": s.sse, "converged": s.converged, "ending": s.ending.map(crate::minimiser::Ending::word), "iterations": s.iterations,
                             "failed_trials": s.failed_trials, "cause": s.cause, "arrived": self.has_arrived(s) })
            })
            .collect();
        json!({
            "program": concat!("ratelaw ", env!("CARGO_PKG_VERSION")),
            "model": self.model(),
            "data": self.experiments.iter().map(|e| &e.data().file).collect::<Vec<_>>(),
            "conditions": self.experiments.iter().flat_map(|e| {
                e.data().conditions.iter().map(|c| json!({ "data": e.data().file, "name": c.name, "value": c.value }))
            }).collect::<Vec<_>>(),
            "converged": self.converged,
            "stopped": self.stopped(),
            "unfinished_starts": self.unfinished_starts(),
            "ending": self.ending.word(),
            "sse": self.sse,
            "weighted": self.weighted,
            "degrees_of_freedom": self.degrees_of_freedom,
            "allowed_rise": self.allowed_rise,
            "quantile": self.quantile,
            "residuals": self.residuals_json(),
            "methods": self.methods(),
            "parameters": parameters,
            "correlation": self.correlation.as_ref().map(|m| json!({ "names": names, "matrix": m })),
            "exchanges": self.exchanges.iter().map(|e| {
                json!([self.parameters[e.pair.0].name, self.parameters[e.pair.1].name])
            }).collect::<Vec<_>>(),
            "other_minima": self.other_minima.iter().map(|m| json!({ "sse": m.sse, "values": self.in_units(&m.values) }))
                .collect::<Vec<_>>(),
            "noise": self.noise.iter().map(|l| json!({ "experiment": l.experiment, "series": l.series, "sd": l.sd }))
                .collect::<Vec<_>>(),
            "loss": self.loss.to_string(),
            "aicc": self.likelihood.map(|l| l.aicc()),
            "bic": self.likelihood.map(|l| l.bic()),
            "remarks": self.remarks(),
            "seed": self.seed,
            "rtol": self.rtol,
            "starts": starts,
        })
    }

    /// A bootstrap of this fit as a table: standard errors and 95 % intervals, in the unit that stands beside them.
    pub fn bootstrap_table(&self, bootstrap: &Bootstrap) -> Table {
        let columns = ["parameter", "standard error", "unit", "low 95 %", "high 95 %"];
        let row = |(i, p): (usize, &Estimate)| {
            let shown = |v: Option<f64>| Cell::from(v.map(|v| v / p.factor));
            let interval = bootstrap.interval(i, 0.95);
            vec![
                Cell::Text(p.name.clone()),
                shown(bootstrap.standard_error(i)),
                Cell::Text(p.unit.clone()),
                shown(interval.map(|ends| ends.0)),
                shown(interval.map(|ends| ends.1)),
            ]
        };
        Table {
            notes: vec![("bootstrap".to_owned(), bootstrap.methods())],
            columns: columns.iter().map(|c| Column::new(c, "")).collect(),
            rows: self.parameters.iter().enumerate().map(row).collect(),
        }
    }

    /// The same as JSON, with all samples in the order of the parameters.
    pub fn bootstrap_json(&self, bootstrap: &Bootstrap) -> Value {
        let BootstrapOptions { resampling, replicates, seed } = bootstrap.options;
        let parameter = |(i, p): (usize, &Estimate)| {
            let ends = bootstrap.interval(i, 0.95).map(|(low, high)| [low / p.factor, high / p.factor]);
            json!({
                "name": p.name,
                "unit": p.unit,
                "standard_error": bootstrap.standard_error(i).map(|e| e / p.factor),
                "low_95": ends.map(|e| e[0]),
                "high_95": ends.map(|e| e[1]),
            })
        };
        json!({
            "kind": resampling.to_string(),
            "replicates": replicates,
            "seed": seed,
            "failed": bootstrap.failed,
            "unfinished": bootstrap.unfinished,
            "methods": bootstrap.methods(),
            "parameters": self.parameters.iter().enumerate().map(parameter).collect::<Vec<_>>(),
            "samples": bootstrap.samples.iter().map(|s| self.in_units(s)).collect::<Vec<_>>(),
        })
    }

    /// Every datum beside the model, and over the standard deviation that the fit takes it to have.
    fn residuals_json(&self) -> Value {
        let value = |c: &Comparison| {
            let data = self.experiments[c.experiment].data();
            let (series, sd) = (&data.series[c.series], self.deviation(c));
            json!({ "data": data.file, "observable": series.name, "unit": series.unit, "time_s": c.time,
                    "measured": c.measured, "sd": sd, "model": c.model, "standardised": (c.model - c.measured) / sd })
        };
        self.comparisons.iter().map(value).collect()
    }

    /// Values of all parameters in the units that they are shown in.
    fn in_units(&self, values: &[f64]) -> Vec<f64> {
        self.parameters.iter().zip(values).map(|(p, v)| v / p.factor).collect()
    }

    pub(crate) fn model(&self) -> &str {
        self.fitted.first().map_or("", |p| p.network().name())
    }
}

/// Both limits of the 95 % interval in the shown unit, where they exist.
fn limits(p: &Estimate) -> (Option<f64>, Option<f64>) {
    let (low, high) = p.verdict.limits();
    (low.map(|v| v / p.factor), high.map(|v| v / p.factor))
}

/// The profile in the shown unit, as columns.
fn profile(p: &Estimate) -> Value {
    let column = |of: &dyn Fn(&ProfilePoint) -> f64| p.profile.iter().map(of).collect::<Vec<f64>>();
    let converged: Vec<bool> = p.profile.iter().map(|v| v.converged).collect();
    json!({ "value": column(&|v| v.value / p.factor), "sse": column(&|v| v.sse), "converged": converged })
}
